import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { FakeHost } from '../relay/fake-host.ts';
import type { Frame } from '../relay/frames.ts';
import { runtime, TestClient } from '../relay/test-client.ts';
import { OWNER, startTestHub, type TestHub } from '../relay/test-hub.ts';

let hub: TestHub;
let host: FakeHost;
beforeEach(async () => {
  hub = await startTestHub();
  host = await new FakeHost(hub).connect();
});
afterEach(() => hub.close());

interface MadeToken {
  id: string;
  token: string;
}
const makeToken = async (person: string, right: string): Promise<MadeToken> => {
  const response = await hub.fetch('/v1/tokens', { method: 'POST', body: JSON.stringify({ person, right }) });
  expect(response.status).toBe(201);
  return (await response.json()) as MadeToken;
};
const status = async (path: string, init: Parameters<TestHub['fetch']>[1] = {}) =>
  (await hub.fetch(path, init)).status;

/** How an upgrade ends: 'open', or the status of its refusal. */
function upgrade(
  path: string,
  headers: Record<string, string> = {},
  protocols: string[] = [],
): Promise<string> {
  return new Promise((resolve) => {
    const ws = new WebSocket(`${hub.url.replace('http', 'ws')}${path}`, protocols, { headers });
    ws.on('open', () => {
      resolve(`open ${ws.protocol}`.trim());
      ws.terminate();
    });
    ws.on('error', (error) => resolve(/\d{3}/.exec(error.message)?.[0] ?? error.message));
  });
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const clientPath = () => `/v1/environments/${host.environmentId}/status/ws`;
const hostPath = () => `/v1/environments/${host.registration.connectionId}/ws`;

describe('who is let in', () => {
  test('AUTH-4 nobody without a token, on loopback too, and the refusal says the way out', async () => {
    for (const token of [null, 'wrong']) {
      const response = await hub.fetch('/v1/environments', { token });
      expect(response.status).toBe(401);
      const { message } = (await response.json()) as { message: string };
      expect(message).toMatch(token === null ? /Authorization: Bearer/ : /signalbox token create/);
      expect(message).not.toContain('wrong');
    }
    expect(await status('/v1/environments', { headers: { authorization: OWNER }, token: null })).toBe(401);
    expect(await upgrade(clientPath())).toBe('401');
    expect(await upgrade(clientPath(), bearer('wrong'))).toBe('401');
    expect(await upgrade(hostPath())).toBe('401');
    expect(await upgrade(clientPath(), bearer(OWNER))).toBe('open');
  });

  test("AUTH-5 no page of another origin, on REST and on both sockets; the hub's own is let in", async () => {
    const own = hub.url;
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', 'not an origin']) {
      expect(await status('/v1/environments', { headers: { origin } })).toBe(403);
      expect(await upgrade(clientPath(), { ...bearer(OWNER), origin })).toBe('403');
      expect(await upgrade(hostPath(), { ...bearer(OWNER), origin })).toBe('403');
    }
    expect(await status('/v1/environments', { headers: { origin: own } })).toBe(200);
    expect(await upgrade(clientPath(), { ...bearer(OWNER), origin: own })).toBe('open');
  });

  test("AUTH-6 a browser's socket carries the token in its sub-protocol, and the hub answers only signalbox", async () => {
    const carrier = `bearer.${Buffer.from(OWNER).toString('base64url')}`;
    expect(await upgrade(clientPath(), {}, ['signalbox', carrier])).toBe('open signalbox');
    expect(await upgrade(clientPath(), {}, ['signalbox', 'bearer.d3Jvbmc'])).toBe('401');
    expect(await upgrade(clientPath(), bearer(OWNER), ['signalbox'])).toBe('open signalbox');
  });

  test("AUTH-6 a foreign client's socket may carry it in the query, a host's may not", async () => {
    expect(await upgrade(`${clientPath()}?token=${OWNER}`)).toBe('open');
    expect(await upgrade(`${hostPath()}?token=${OWNER}`)).toBe('401');
  });

  test('AUTH-7 health is told to everybody', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const response = await hub.fetch(path, { token: null });
      expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
    }
  });

  test('AUTH-8 what is at no path says so', async () => {
    expect(await status('/v1/nothing')).toBe(404);
    expect(await upgrade('/v1/nothing', bearer(OWNER))).toBe('404');
    expect(await upgrade('/v1/environments/%E0%A4/ws', bearer(OWNER))).toBe('404');
  });
});

describe('rights', () => {
  const input = {
    type: 'input',
    payload: { kind: 'create_message', messages: [{ role: 'user', content: 'x' }] },
  };
  const answer = {
    type: 'input',
    payload: { kind: 'approval_response', request_id: 'perm-1', decision: { behavior: 'allow' } },
  };
  const frames: [Frame, string][] = [
    [{ type: 'sync' }, 'read'],
    [answer, 'answer'],
    [input, 'send'],
    [{ type: 'abort_message' }, 'send'],
    [{ type: 'resume_queue' }, 'send'],
    [{ type: 'remove_queue_item', item_id: 'q' }, 'send'],
    [{ type: 'withdraw_input', client_message_id: 'c' }, 'send'],
    [{ type: 'runtime_start', agent_id: 'a' }, 'send'],
    [{ type: 'runtime_start', agent_id: 'a', mode: 'unrestricted' }, 'machine'],
    [{ type: 'change_device_state', payload: { mode: 'strict' } }, 'machine'],
  ];

  test('AUTH-9 each frame needs its right, and the refusal names it', async () => {
    const order = ['read', 'answer', 'send', 'machine', 'owner'];
    for (const right of order) {
      const { token } = await makeToken(`P-${right}`, right);
      const client = await TestClient.open(hub, host.environmentId, { token });
      for (const [frame, needed] of frames) {
        const reply = await client.ask({ runtime: runtime(), ...frame });
        const mayDo = order.indexOf(right) >= order.indexOf(needed);
        expect([right, frame.type, reply.accepted ?? reply.success ?? true]).toEqual([
          right,
          frame.type,
          mayDo,
        ]);
        if (mayDo) continue;
        expect(reply.error).toContain(`needs the right "${needed}"`);
        expect(reply.code).toBe('forbidden');
      }
    }
  });

  test("AUTH-9 registering, the host's socket and removing need machine; leaving a message needs send", async () => {
    const { token } = await makeToken('Sue', 'send');
    await expect(new FakeHost(hub, { token, deviceId: 'd2' }).register()).rejects.toThrow('403');
    expect(await upgrade(hostPath(), bearer(token))).toBe('403');
    expect(await status('/v1/environments/laptop', { method: 'DELETE', token })).toBe(403);
    const messages = JSON.stringify({ messages: [{ role: 'user', content: 'x' }], agentId: 'a' });
    expect(await status('/v1/environments/laptop/messages', { method: 'POST', body: messages, token })).toBe(
      200,
    );
    const reader = await makeToken('Rita', 'read');
    const refused = { method: 'POST', body: messages, token: reader.token };
    expect(await status('/v1/environments/laptop/messages', refused)).toBe(403);
  });

  test('AUTH-10 tokens are kept by owners; a secret is shown once; a removed one is out at once', async () => {
    const { id, token } = await makeToken('Ada', 'machine');
    expect(await status('/v1/tokens', { token })).toBe(403);
    const listed = await (await hub.fetch('/v1/tokens')).text();
    expect(listed).toContain('"person":"Ada"');
    expect(listed).not.toContain(token);
    expect(listed).not.toContain('hash');
    expect(await status(`/v1/tokens/${id}`, { method: 'DELETE' })).toBe(200);
    expect(await status('/v1/environments', { token })).toBe(401);
    expect(await status(`/v1/tokens/${id}`, { method: 'DELETE' })).toBe(404);
    expect(await status('/v1/tokens/tok-owner', { method: 'DELETE' })).toBe(409);
    const bad = await hub.fetch('/v1/tokens', { method: 'POST', body: '{"person":"x","right":"god"}' });
    expect(bad.status).toBe(422);
  });

  test('AUTH-10 a token that was removed ends the sockets that it opened', async () => {
    const { id, token } = await makeToken('Ada', 'read');
    const client = await TestClient.open(hub, host.environmentId, { token });
    await hub.fetch(`/v1/tokens/${id}`, { method: 'DELETE' });
    await vi.waitFor(() => expect(client.closed?.code).toBe(4401));
  });

  test('AUTH-11 no token is in a log line or on disk', async () => {
    const { token } = await makeToken('Ada', 'send');
    await TestClient.open(hub, host.environmentId, { token });
    await upgrade(`${clientPath()}?token=${token}`);
    await hub.fetch('/v1/environments/nowhere', { token });
    for (const secret of [token, OWNER]) {
      expect(JSON.stringify(hub.log)).not.toContain(secret);
      expect(readFileSync(join(hub.home, 'hub.sqlite-wal'), 'latin1')).not.toContain(secret);
    }
  });
});
