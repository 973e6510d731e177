import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createActor, toPromise } from 'xstate';
import type { HubFetch } from '../../actors/hub-request.ts';
import { nodeFetch } from '../../actors/node-fetch.ts';
import { createRegister } from '../../actors/register.ts';
import type { RegisterAnswer } from '../../src/protocol/register.ts';

let server: http.Server;
let url: string;
let status: number;
let reply: string;
let retryAfter: string | null;
let asked: { path: string; headers: http.IncomingHttpHeaders; body: string }[];
let registered: RegisterAnswer[];

beforeEach(async () => {
  asked = [];
  registered = [];
  status = 200;
  retryAfter = null;
  server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += String(part);
    });
    request.on('end', () => {
      asked.push({ path: `${request.method} ${request.url}`, headers: request.headers, body });
      if (status === 0) return;
      response.writeHead(status, retryAfter === null ? {} : { 'retry-after': retryAfter }).end(reply);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  reply = JSON.stringify({ connectionId: 'conn-1', wsUrl: 'ws://hub/ws' });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const body = { deviceId: 'device-1', connectionName: 'laptop', metadata: {} };
const start = (fetch?: HubFetch) =>
  createActor(
    createRegister({
      hub: () => ({ url, token: 'very-secret-token', ...(fetch ? { fetch } : {}) }),
      body: () => body,
      onRegistered: (answer) => registered.push(answer),
    }),
    { input: { registrations: 0 } },
  ).start();
const register = () => toPromise(start());

describe('a registration', () => {
  test('PROTO-50 says who this is, and learns where its socket goes', async () => {
    expect(await register()).toEqual({
      ok: true,
      connectionId: 'conn-1',
      wsUrl: 'ws://hub/ws',
      linked: false,
    });
    expect(asked).toMatchObject([
      {
        path: 'POST /v1/environments/register',
        headers: { authorization: 'Bearer very-secret-token', 'x-letta-source': 'letta-code' },
        body: JSON.stringify(body),
      },
    ]);
  });

  test('PROTO-50 tells whether the hub numbers frames, and what else a hub of ours says', async () => {
    const answer = { connectionId: 'c', wsUrl: 'ws://x', signalboxLink: 1, hubId: 'hub-1', generation: 3 };
    reply = JSON.stringify(answer);
    expect(await register()).toMatchObject({ ok: true, linked: true });
    expect(registered).toEqual([answer]);
  });

  test.each([401, 403, 404, 422])('PROTO-51 refused with %i is over for good', async (code) => {
    status = code;
    reply = JSON.stringify({ error: 'refused', message: 'because' });
    expect(await register()).toEqual({ ok: false, permanent: true, message: 'because', retryAfterMs: 0 });
    expect(registered).toEqual([]);
  });

  test.each([429, 500, 502, 503])('PROTO-51 refused with %i is tried again', async (code) => {
    status = code;
    reply = 'no explanation';
    expect(await register()).toMatchObject({ ok: false, permanent: false });
  });

  const inAMinute = () => new Date(Date.now() + 60_000).toUTCString();
  test.each([
    [429, '7', 7_000, 7_000],
    [503, inAMinute(), 1, 60_000],
    [503, '86400', 300_000, 300_000],
    [429, '-5', 0, 0],
    [503, 'soon', 0, 0],
  ])('PROTO-49 refused with %i and Retry-After %j names the wait', async (code, wait, least, most) => {
    status = code;
    retryAfter = wait;
    reply = '{"error":"slow","errorCode":"route_rps_rate_limit_exceeded"}';
    for (const fetch of [undefined, nodeFetch]) {
      const answer = await toPromise(start(fetch));
      expect(answer).toMatchObject({
        permanent: false,
        message: `HTTP ${code}: slow (route_rps_rate_limit_exceeded)`,
      });
      const waitMs = answer.ok === false ? answer.retryAfterMs : -1;
      expect(waitMs).toBeGreaterThanOrEqual(least);
      expect(waitMs).toBeLessThanOrEqual(most);
    }
  });

  test('PROTO-51 that nobody answers is tried again', async () => {
    server.close();
    await once(server, 'close');
    const answer = await register();
    expect(answer).toMatchObject({ ok: false, permanent: false });
    expect(answer.ok === false && answer.message).toContain(url);
  });

  test.each(['', 'hello', '{}', '{"connectionId":"c"}', '{"connectionId":"","wsUrl":"ws://x"}', 'null'])(
    'PROTO-51 answered by what is no hub (%j) is over for good, and says so',
    async (text) => {
      reply = text;
      const answer = await register();
      expect(answer).toMatchObject({ ok: false, permanent: true });
      expect(answer.ok === false && answer.message).toContain(`${url} answered the registration`);
    },
  );

  test('PROTO-47 shows its token in no failure', async () => {
    status = 500;
    reply = 'no';
    expect(JSON.stringify(await register())).not.toContain('very-secret-token');
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    expect(JSON.stringify(await register())).not.toContain('very-secret-token');
  });

  test('that is left closes its request', async () => {
    status = 0;
    const actor = start();
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    actor.stop();
    const count = () => new Promise<number>((resolve) => server.getConnections((_, n) => resolve(n)));
    await vi.waitFor(async () => expect(await count()).toBe(0));
  });
});
