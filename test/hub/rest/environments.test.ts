import { Letta } from '@letta-ai/letta-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeHost } from '../relay/fake-host.ts';
import { TestClient } from '../relay/test-client.ts';
import { OWNER, startTestHub, type TestHub } from '../relay/test-hub.ts';

let hub: TestHub;
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(() => hub.close());

const get = async (path: string) => (await hub.fetch(path)).json() as Promise<Record<string, unknown>>;
const post = async (environment: string, body: object) => {
  const path = `/v1/environments/${environment}/messages`;
  const response = await hub.fetch(path, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const user = (content: string) => ({ role: 'user', content, client_message_id: content });

describe('the list of environments', () => {
  test('HUB-7 an environment is found by its id, an alias, its device or its name', async () => {
    const host = await new FakeHost(hub).connect();
    for (const word of [host.environmentId, host.registration.connectionId, 'device-1', 'laptop'])
      expect(await get(`/v1/environments/${word}`)).toMatchObject({
        id: host.environmentId,
        connectionId: host.registration.connectionId,
        status: 'online',
        held: 0,
      });
    const none = await hub.fetch('/v1/environments/desk');
    expect(none.status).toBe(404);
    expect(await none.json()).toMatchObject({
      error: 'not_found',
      message: expect.stringContaining('"desk"'),
    });
  });

  test('HUB-7 of several with one name the online one is meant, and two online ones are listed', async () => {
    const away = await new FakeHost(hub, { deviceId: 'd1' }).connect();
    const here = await new FakeHost(hub, { deviceId: 'd2' }).connect();
    await away.cut();
    expect(await get('/v1/environments/laptop')).toMatchObject({ id: here.environmentId });
    await away.connect();
    const both = await hub.fetch('/v1/environments/laptop');
    expect(both.status).toBe(409);
    const { error, message } = (await both.json()) as { error: string; message: string };
    expect(error).toBe('ambiguous');
    expect(message).toContain(away.environmentId);
    expect(message).toContain(here.environmentId);
    await expect(TestClient.open(hub, 'laptop')).rejects.toThrow('409');
  });

  test('HUB-8 the list is paged in order, and can be of those online', async () => {
    const hosts = await Promise.all(
      ['a', 'b', 'c'].map((name) => new FakeHost(hub, { name, deviceId: name }).connect()),
    );
    const ids = hosts.map(({ environmentId }) => environmentId).sort();
    const first = await get('/v1/environments?limit=2');
    expect(first).toMatchObject({ connections: [{ id: ids[0] }, { id: ids[1] }], hasNextPage: true });
    const second = await get(`/v1/environments/?limit=2&after=${ids[1]}`);
    expect(second).toMatchObject({ connections: [{ id: ids[2] }], hasNextPage: false });
    await hosts[0]?.cut();
    expect((await get('/v1/environments?onlineOnly=true')).connections).toHaveLength(2);
    expect((await hub.fetch('/v1/environments?limit=many')).status).toBe(422);
  });

  test('HUB-9 an environment is not removed while inputs are held for it, unless they are withdrawn with it', async () => {
    const host = await new FakeHost(hub).connect();
    await host.cut();
    const client = await TestClient.open(hub, 'laptop');
    await client.resume();
    await client.say('one');
    const remove = (query: string) => hub.fetch(`/v1/environments/laptop${query}`, { method: 'DELETE' });
    const refused = await remove('');
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ error: 'inputs_held', held: 1 });
    expect((await remove('?withdraw=held')).status).toBe(200);
    expect(await client.frames.next('input_withdrawn')).toMatchObject({ id: 'one' });
    expect((await hub.fetch('/v1/environments/laptop')).status).toBe(404);
  });

  test("HUB-8 Letta's client lists, retrieves and sends", async () => {
    const host = await new FakeHost(hub).connect();
    const letta = new Letta({ baseURL: hub.url, apiKey: OWNER, maxRetries: 0 });
    const { connections } = await letta.environments.list({ onlineOnly: 'true' });
    expect(connections.map(({ connectionName }) => connectionName)).toEqual(['laptop']);
    const one = await letta.environments.retrieve('device-1');
    expect(one.connectionId).toBe(host.registration.connectionId);
    const sent = await letta.environments.sendMessage(String(one.connectionId), {
      messages: [{ role: 'user', content: 'hello', client_message_id: 'c1' }],
      agentId: 'agent-1',
      conversationId: 'conv-1',
    });
    expect(sent.success).toBe(true);
    const input = await host.frames.next('input');
    expect(input).toMatchObject({ payload: { messages: [{ content: 'hello', client_message_id: 'c1' }] } });
  });

  test('PRES-2 an environment that went away shows when it was last seen', async () => {
    const host = await new FakeHost(hub).connect();
    const { lastHeartbeat, connectedAt } = await get('/v1/environments/laptop');
    expect(lastHeartbeat).toBeGreaterThan(0);
    expect(connectedAt).toBeGreaterThan(0);
    await host.cut();
    hub.clock.ahead = 60_000;
    const away = await get('/v1/environments/laptop');
    expect(away).toMatchObject({ status: 'offline', connectionId: null, connectedAt: null });
    expect(Number(away.lastSeenAt)).toBeLessThan(Date.now() + 60_000);
    expect(Number(away.lastSeenAt)).toBeGreaterThanOrEqual(Number(lastHeartbeat));
    await hub.restart();
    expect((await get('/v1/environments/laptop')).lastSeenAt).toBe(away.lastSeenAt);
  });
});

describe('messages left for an environment', () => {
  test('BAG-11 go into the bag first, also when the host is there, and from there to the host', async () => {
    const host = await new FakeHost(hub, { reply: () => null }).connect();
    const sent = await post('laptop', {
      messages: [user('one')],
      agentId: 'agent-1',
      conversationId: 'conv-1',
    });
    expect(sent).toMatchObject({
      status: 200,
      body: { success: true, left: [{ ok: true, clientMessageId: 'one' }] },
    });
    await host.frames.next('input');
    expect(await get('/v1/environments/laptop')).toMatchObject({ held: 1 });
  });

  test('BAG-11 D19 approvals sent as messages become answers to their approvals', async () => {
    const host = await new FakeHost(hub).connect();
    const approvals = [
      { tool_call_id: 'call-1', approve: true, reason: 'fine' },
      { type: 'approval', tool_call_id: 'call-2', approve: false, reason: 'no' },
    ];
    const sent = await post('laptop', {
      messages: [{ type: 'approval', approvals }, user('and this')],
      agentId: 'agent-1',
    });
    expect(sent.status).toBe(200);
    const payloads = (await host.frames.count('input', 3)).map(({ payload }) => payload);
    expect(payloads).toContainEqual({
      kind: 'approval_response',
      request_id: 'perm-call-1',
      decision: { behavior: 'allow', message: 'fine' },
    });
    expect(payloads).toContainEqual({
      kind: 'approval_response',
      request_id: 'perm-call-2',
      decision: { behavior: 'deny', message: 'no' },
    });
    expect(payloads).toContainEqual(expect.objectContaining({ kind: 'create_message' }));
  });

  test.each([
    [{ messages: [user('x')] }, 422, 'agentId'],
    [{ messages: [] }, 422, 'messages'],
    [
      {
        messages: [
          { type: 'approval', approvals: [{ tool_call_id: 'c', status: 'success', tool_return: '' }] },
        ],
        agentId: 'a',
      },
      422,
      'results of tools',
    ],
    [{ messages: [user('x')], conversationId: 'missing-1' }, 409, 'missing-1'],
    [{ messages: [{ ...user('x'), role: 'assistant' }], agentId: 'a' }, 422, 'messages.0.role: "assistant"'],
    [{ messages: [{ ...user('x'), role: 'system' }], agentId: 'a' }, 422, 'messages.0.role: "system"'],
  ])('BAG-11 what cannot be left is refused: %j', async (body, status, word) => {
    await new FakeHost(hub).connect();
    const refused = await post('laptop', body);
    expect(refused.status).toBe(status);
    expect(refused.body.message).toContain(word);
  });
});
