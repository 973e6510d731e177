import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newConversation, startData, type TestData } from '../support/test-data.ts';

let hub: TestData;
beforeEach(async () => {
  hub = await startData();
});
afterEach(() => hub.close());

const ask = async (method: string, path: string) => {
  const response = await hub.request(method, path);
  return { status: response.status, body: await response.json() };
};

describe('what the hub does not have', () => {
  test('REST-16 is an empty list to programs of Letta, and not a failure', async () => {
    const { agentId } = await newConversation(hub);
    expect((await hub.letta.tools.list()).items).toEqual([]);
    expect(await ask('POST', '/v1/tools/add-base-tools')).toEqual({ status: 200, body: [] });
    expect(await ask('GET', `/v1/agents/${agentId}/mcp-servers`)).toEqual({ status: 200, body: [] });
    expect(await ask('GET', `/v1/agents/${agentId}/repositories`)).toEqual({
      status: 200,
      body: { repositories: [] },
    });
  });

  test.each(['mcp-servers', 'repositories'])(
    'REST-16 an agent that is not there has no %s either',
    async (what) => {
      expect(await ask('GET', `/v1/agents/agent-nowhere/${what}`)).toMatchObject({
        status: 404,
        body: { message: expect.stringContaining('agent-nowhere') },
      });
    },
  );
});
