import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Bridge, serveBridge } from '../../../inspector/stately/serve-bridge.ts';

let bridge: Bridge;
const received = new Set<WebSocket>();
beforeAll(async () => {
  bridge = await serveBridge((socket) => {
    received.add(socket);
    socket.on('close', () => received.delete(socket));
  });
});
afterAll(() => bridge.close());

interface Way {
  url?: string;
  protocols?: string[];
  headers?: Record<string, string>;
}

/** The status of the refusal, or the socket. */
async function connect({ url = '', protocols = [], headers = {} }: Way): Promise<WebSocket | number> {
  const socket = new WebSocket(url || `ws://127.0.0.1:${bridge.port}`, protocols, { headers });
  onTestFinished(() => socket.terminate());
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode));
    socket.on('error', reject);
  });
}

const keyed = () => ['signalbox-inspect', `key.${bridge.key}`];

describe('receivers', () => {
  it('INSP-33 come in with the key, as a protocol or as the password of the address', async () => {
    const page = await connect({ protocols: keyed() });
    expect((page as WebSocket).protocol).toBe('signalbox-inspect');
    expect(await connect({ url: `ws://inspect:${bridge.key}@127.0.0.1:${bridge.port}` })).toBeInstanceOf(
      WebSocket,
    );
    expect(await connect({ url: `ws://inspect:${bridge.key}@localhost:${bridge.port}/any` })).toBeInstanceOf(
      WebSocket,
    );
    await vi.waitFor(() => expect(received.size).toBe(3), 20_000);
  });

  it('INSP-33 stay out without it: none, a wrong one, one in the query', async () => {
    expect(await connect({})).toBe(401);
    expect(await connect({ protocols: ['signalbox-inspect', 'key.wrong'] })).toBe(401);
    expect(await connect({ url: `ws://inspect:@127.0.0.1:${bridge.port}` })).toBe(401);
    expect(await connect({ url: `ws://127.0.0.1:${bridge.port}/?key=${bridge.key}` })).toBe(401);
  });

  it('INSP-33 stay out from foreign pages and by foreign names, also with the key', async () => {
    for (const origin of [
      'https://stately.ai',
      'http://127.0.0.1:1',
      'null',
      `https://127.0.0.1:${bridge.port}`,
    ])
      expect(await connect({ protocols: keyed(), headers: { origin } })).toBe(403);
    expect(await connect({ protocols: keyed(), headers: { host: `evil.example:${bridge.port}` } })).toBe(403);
    const own = { origin: `http://127.0.0.1:${bridge.port}` };
    expect(await connect({ protocols: keyed(), headers: own })).toBeInstanceOf(WebSocket);
  });

  it('INSP-33 are eight at most', async () => {
    await vi.waitFor(() => expect(received.size).toBe(0), 20_000);
    for (let n = 0; n < 8; n++) await connect({ protocols: keyed() });
    const ninth = (await connect({ protocols: keyed() })) as WebSocket;
    const [code, reason] = await once(ninth, 'close');
    expect([code, String(reason)]).toEqual([1013, 'There are 8 receivers already.']);
    expect(received.size).toBe(8);
  });

  it('INSP-31 that send what nobody asked for are cut off, alone', async () => {
    const [loud, quiet] = [
      await connect({ protocols: keyed() }),
      await connect({ protocols: keyed() }),
    ] as WebSocket[];
    loud?.send('x'.repeat(10_000));
    await once(loud as WebSocket, 'close');
    expect(quiet?.readyState).toBe(WebSocket.OPEN);
  });
});

describe('the page', () => {
  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${bridge.port}${path}`, init);

  it('INSP-30 frames the page of Stately and lets it speak with nobody else', async () => {
    const page = await get('/');
    expect(await page.text()).toContain('<script src="./bridge.js">');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain('frame-src https://stately.ai;');
    expect(policy).toContain(`connect-src ws://127.0.0.1:${bridge.port}`);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    const script = await (await get('/bridge.js')).text();
    expect(script).toContain("frame.src = 'https://stately.ai/inspect'");
    expect(script).not.toContain(bridge.key);
    expect((await get('/', { method: 'HEAD' })).status).toBe(200);
    expect((await get('/other')).status).toBe(404);
    expect((await get('/', { method: 'POST' })).status).toBe(405);
  });

  it('INSP-33 answers to no foreign name', async () => {
    const asked = request({ port: bridge.port, host: '127.0.0.1', headers: { host: 'evil.example' } }).end();
    const [{ statusCode }] = await once(asked, 'response');
    expect(statusCode).toBe(403);
  });
});
