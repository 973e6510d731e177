import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Letta } from '@letta-ai/letta-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Hub, startHub } from '../../src/hub/index.ts';
import { FakeHost } from './relay/fake-host.ts';
import type { Frame } from './relay/frames.ts';
import { TestClient } from './relay/test-client.ts';
import { OWNER, type TestHub } from './relay/test-hub.ts';

let home: string;
let hub: Hub;
let letta: Letta;
const start = async (port = 0) => {
  hub = await startHub({
    listen: { host: '127.0.0.1', port },
    storePath: join(home, 'hub.sqlite'),
    ...{ home, env: { SIGNALBOX_TOKEN: OWNER }, log: { lifecycle() {} } },
  });
  letta = new Letta({ baseURL: hub.url, apiKey: OWNER, maxRetries: 0 });
};
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'signalbox-server-'));
  await start();
});
afterEach(async () => {
  await hub.close({ graceMs: 100 });
  rmSync(home, { recursive: true, force: true });
});

/** As much of a test hub as the fakes need. */
const door = (): TestHub =>
  ({
    url: hub.url,
    fetch: (path: string, init: RequestInit = {}) =>
      fetch(hub.url + path, {
        ...init,
        headers: { authorization: `Bearer ${OWNER}`, 'content-type': 'application/json' },
      }),
  }) as TestHub;

async function newConversation(): Promise<{ agent_id: string; conversation_id: string }> {
  const agent = await letta.agents.create({ name: 'Tester', model: 'demo/scripted' });
  const conversation = await letta.conversations.create({ agent_id: agent.id });
  return { agent_id: agent.id, conversation_id: conversation.id };
}
const post = (id: string, text: string) =>
  fetch(`${hub.url}/v1/conversations/${id}/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${OWNER}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      messages: [{ role: 'user', content: text }],
      streaming: true,
      stream_tokens: true,
    }),
  });

describe('both halves of the hub together', () => {
  test('HUB-18 the turn of a program without a host is seen by who follows the conversation, and can be aborted', async () => {
    const runtime = await newConversation();
    await new FakeHost(door()).connect();
    const client = await TestClient.open(door(), 'laptop');
    expect(await client.ask({ type: 'resume', runtime, cursor: null })).toMatchObject({ result: 'gap' });
    const response = await post(runtime.conversation_id, '#script\nsay Working\nsleep 60000\nsay Never');
    const isAnswer = ({ delta }: Frame) =>
      (delta as { message_type?: string } | undefined)?.message_type === 'assistant_message';
    await client.frames.next(isAnswer, 'of the answer');
    const late = await TestClient.open(door(), 'laptop');
    await late.ask({ type: 'resume', runtime, cursor: null });
    const snapshot = await late.frames.next('snapshot');
    expect(JSON.stringify(snapshot.open_run)).toContain('assistant_message');
    expect(JSON.stringify(snapshot.messages)).toContain('#script');
    expect(await client.ask({ type: 'abort_message', runtime })).toMatchObject({
      aborted: true,
      success: true,
    });
    expect(await response.text()).not.toContain('Never');
  });

  test('HUB-21 an abort names the turn whose lease the environment holds', async () => {
    const runtime = await newConversation();
    const host = await new FakeHost(door()).connect();
    const { environmentId, generation } = host.registration;
    const response = await fetch(`${hub.url}/v1/conversations/${runtime.conversation_id}/messages`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${OWNER}`, 'content-type': 'application/json' },
        ...{ 'x-signalbox-environment': `${environmentId} ${generation}`, 'x-signalbox-turn': 'turn-7' },
      },
      body: JSON.stringify({ messages: [{ role: 'user', content: '#script\nsleep 60000', otid: 'o1' }] }),
    });
    const client = await TestClient.open(door(), 'laptop');
    await vi.waitFor(async () => {
      host.frames.clear();
      await client.ask({ type: 'abort_message', runtime });
      expect(host.frames.of('abort_message')[0]).toMatchObject({ turn_id: 'turn-7' });
    });
    await response.body?.cancel();
  });

  test('HUB-11 a conversation that is not there is refused; the default one of an agent is', async () => {
    const { agent_id } = await newConversation();
    await new FakeHost(door()).connect();
    const client = await TestClient.open(door(), 'laptop');
    const ask = (conversation_id: string) =>
      client.ask({ type: 'resume', runtime: { agent_id, conversation_id }, cursor: null });
    expect(await ask('conv-nowhere')).toMatchObject({ type: 'error', code: 'not_found' });
    expect(await ask('default')).toMatchObject({ type: 'resumed' });
  });

  test('HUB-5 agents, environments and tokens are there again after a restart', async () => {
    const { agent_id } = await newConversation();
    const host = await new FakeHost(door()).connect();
    const { hubId, url } = hub;
    await hub.close({ graceMs: 100 });
    await start(Number(new URL(url).port));
    expect(hub.hubId).toBe(hubId);
    expect((await letta.agents.retrieve(agent_id)).name).toBe('Tester');
    const { connections } = await letta.environments.list();
    expect(connections).toMatchObject([{ id: host.environmentId, connectionId: null }]);
    const seen: Frame[] = (await host.connect()).frames.all;
    expect([host.resumed, seen]).toEqual([false, []]);
  });

  test('AUTH-4 the data half has the same door', async () => {
    for (const path of ['/v1/agents', '/v1/agents/', '/v1/models', '/v1/runs']) {
      expect((await fetch(hub.url + path)).status).toBe(401);
      const origin = 'https://evil.example';
      const headers = { authorization: `Bearer ${OWNER}`, origin };
      expect((await fetch(hub.url + path, { headers })).status).toBe(403);
    }
  });
});
