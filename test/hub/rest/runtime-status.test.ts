import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Letta } from '@letta-ai/letta-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Hub, startHub } from '../../../src/hub/index.ts';
import { ForeignHost } from '../relay/foreign-host.ts';
import { OWNER, type TestHub } from '../relay/test-hub.ts';

let home: string;
let hub: Hub;
let letta: Letta;
let agentId: string;
let conversationId: string;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'signalbox-status-'));
  hub = await startHub({
    listen: { host: '127.0.0.1', port: 0 },
    storePath: join(home, 'hub.sqlite'),
    ...{ home, env: { SIGNALBOX_TOKEN: OWNER }, log: { lifecycle() {} } },
  });
  letta = new Letta({ baseURL: hub.url, apiKey: OWNER, maxRetries: 0 });
  agentId = (await letta.agents.create({ name: 'Tester', model: 'demo/scripted' })).id;
  conversationId = (await letta.conversations.create({ agent_id: agentId })).id;
});
afterEach(async () => {
  await hub.close({ graceMs: 100 });
  rmSync(home, { recursive: true, force: true });
});

const headers = { authorization: `Bearer ${OWNER}`, 'content-type': 'application/json' };
const device = (id: string) => ({ 'x-letta-environment-device-id': id });
/** As much of a test hub as a foreign host needs. */
const door = (): TestHub =>
  ({
    url: hub.url,
    fetch: (path: string, init: RequestInit = {}) => fetch(hub.url + path, { ...init, headers }),
  }) as TestHub;

const statusOf = async (id = conversationId, extra: Record<string, string> = {}) => {
  const path = `/v1/agents/${agentId}/runtime-status?conversation_ids=${id}`;
  const response = await fetch(hub.url + path, { headers: { ...headers, ...extra } });
  expect(response.status).toBe(200);
  const { statuses } = (await response.json()) as { statuses: Record<string, unknown>[] };
  return statuses[0];
};
/** A step that stops at a call, so that its turn stays held. */
const holdTurn = async (id: string, extra: Record<string, string> = {}) => {
  const response = await fetch(`${hub.url}/v1/conversations/${id}/messages`, {
    method: 'POST',
    headers: { ...headers, ...extra },
    body: JSON.stringify({
      agent_id: agentId,
      messages: [{ role: 'user', content: '#script\ncall Bash {"command":"ls"}' }],
      client_tools: [{ name: 'Bash' }],
    }),
  });
  expect(await response.text()).toContain('requires_approval');
};
const idle = { state: 'IDLE', active_harness: null, has_conflicting_listeners: false, active_run_ids: [] };

describe('who runs the turns of conversations', () => {
  test('REST-15 a conversation without a turn is idle, and one that is not there is idle and unknown', async () => {
    const stranger = await letta.agents.create({ name: 'Other' });
    const foreign = await letta.conversations.create({ agent_id: stranger.id });
    const path = `/v1/agents/${agentId}/runtime-status?conversation_ids=${conversationId},default,conv-x,${foreign.id}`;
    const body = await (await fetch(hub.url + path, { headers })).json();
    expect(body).toMatchObject({
      agent_id: agentId,
      snapshot_at: expect.any(Number),
      statuses: [
        { conversation_id: conversationId, known: true, ...idle },
        { conversation_id: 'default', known: true, ...idle },
        { conversation_id: 'conv-x', known: false, ...idle },
        { conversation_id: foreign.id, known: false, ...idle },
      ],
    });
  });

  test.each(['a conversation of its own', 'default'])(
    'REST-15 the connection of the host that holds the turn is told, and after it came back its new one: %s',
    async (which) => {
      const id = which === 'default' ? which : conversationId;
      const host = await new ForeignHost(door(), { deviceId: 'd1' }).connect();
      await holdTurn(id, device('d1'));
      expect(await statusOf(id)).toMatchObject({
        state: 'ACTIVE',
        active_harness: { connection_id: host.registration.connectionId },
        has_conflicting_listeners: false,
      });
      host.cut();
      await vi.waitFor(async () =>
        expect(await statusOf(id)).toMatchObject({ state: 'ACTIVE_UNATTRIBUTED', active_harness: null }),
      );
      const again = await new ForeignHost(door(), { deviceId: 'd1' }).connect();
      expect(again.registration.connectionId).not.toBe(host.registration.connectionId);
      expect(await statusOf(id, device('d1'))).toMatchObject({
        state: 'ACTIVE',
        active_harness: { connection_id: again.registration.connectionId },
        has_conflicting_listeners: false,
      });
    },
  );

  test('REST-15 an environment is told that another one holds the turn, also while that is away', async () => {
    const holder = await new ForeignHost(door(), { name: 'a', deviceId: 'd1' }).connect();
    await new ForeignHost(door(), { name: 'b', deviceId: 'd2' }).connect();
    await holdTurn(conversationId, device('d1'));
    expect(await statusOf(conversationId, device('d2'))).toMatchObject({ has_conflicting_listeners: true });
    holder.cut();
    await vi.waitFor(async () => expect(await statusOf()).toMatchObject({ active_harness: null }));
    expect(await statusOf(conversationId, device('d2'))).toMatchObject({ has_conflicting_listeners: true });
    expect(await statusOf(conversationId, device('d1'))).toMatchObject({ has_conflicting_listeners: false });
  });

  test('REST-15 the turn of a program without a host is not idle, and no connection has it', async () => {
    const response = await fetch(`${hub.url}/v1/conversations/${conversationId}/messages`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ messages: [{ role: 'user', content: '#script\nsleep 60000' }] }),
    });
    expect(await statusOf()).toMatchObject({
      state: 'ACTIVE_UNATTRIBUTED',
      active_harness: null,
      active_run_ids: [expect.stringMatching(/^run-/)],
    });
    await response.body?.cancel();
  });

  test.each([
    ['agent-nowhere', 'conversation_ids=default', 404, 'agent-nowhere'],
    [null, '', 422, 'conversation_ids'],
  ])('REST-15 REST-6 what is missing is named: %s %s', async (agent, query, status, word) => {
    const path = `/v1/agents/${agent ?? agentId}/runtime-status?${query}`;
    const response = await fetch(hub.url + path, { headers });
    expect(response.status).toBe(status);
    expect(((await response.json()) as { message: string }).message).toContain(word);
  });

  test("REST-17 Letta's client asks for the health, without a token too", async () => {
    const version = 'signalbox';
    expect(await letta.health()).toEqual({ status: 'ok', version });
    expect(await (await fetch(`${hub.url}/v1/health`)).json()).toEqual({ status: 'ok', version });
  });
});
