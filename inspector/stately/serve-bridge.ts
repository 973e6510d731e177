import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { bridgePage, bridgeScript, STATELY_ORIGIN } from './bridge-page.ts';

export interface Bridge {
  port: number;
  /** What a receiver has to know. */
  key: string;
  close(): Promise<void>;
}

const PROTOCOL = 'signalbox-inspect';
/** Receivers at the same time. */
const MOST_RECEIVERS = 8;

const headersFor = (port: number) => ({
  'cache-control': 'no-store',
  'content-security-policy':
    `default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; frame-src ${STATELY_ORIGIN}; ` +
    `connect-src ws://127.0.0.1:${port} ws://localhost:${port}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
});

/**
 * Serves receivers on this machine, on a free port: the page that shows Stately's inspector, and whoever else brings the
 * key, as the protocol `key.…` or as the password of the address. Pages of others, and requests by another name than this
 * machine's own (DNS rebinding), are refused.
 */
export async function serveBridge(onReceiver: (socket: WebSocket) => void): Promise<Bridge> {
  const key = randomBytes(32).toString('base64url');
  let hosts: string[] = [];
  const isOurs = ({ headers: { host = '', origin } }: IncomingMessage): boolean =>
    hosts.includes(host) && (origin === undefined || origin === `http://${host}`);
  const server = createServer((request, response) => {
    const say = (status: number, body: string, type = 'text/plain') =>
      response
        .writeHead(status, { ...headersFor(port), 'content-type': `${type}; charset=utf-8` })
        .end(request.method === 'HEAD' ? undefined : body);
    if (!isOurs(request)) return say(403, 'This page answers only to itself, on this machine.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return say(405, 'Only GET and HEAD.');
    if (request.url === '/') return say(200, bridgePage, 'text/html');
    if (request.url === '/bridge.js') return say(200, bridgeScript, 'text/javascript');
    return say(404, 'There is nothing here.');
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 1024,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  server.on('upgrade', (request, socket, head) => {
    const status = !isOurs(request) ? 403 : !isSame(keyOf(request), key) ? 401 : null;
    if (status === null) {
      sockets.handleUpgrade(request, socket, head, (ws) => {
        // What it says is of no interest, and neither is how it fails: it closes then.
        ws.on('error', () => undefined);
        if (sockets.clients.size > MOST_RECEIVERS)
          ws.close(1013, `There are ${MOST_RECEIVERS} receivers already.`);
        else onReceiver(ws);
      });
      return;
    }
    socket.on('error', () => undefined);
    socket.end(
      `HTTP/1.1 ${status} ${status === 401 ? 'Unauthorized' : 'Forbidden'}\r\nconnection: close\r\n\r\n`,
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  return {
    port,
    key,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function keyOf({ headers }: IncomingMessage): string | undefined {
  const [, offered] = /(?:^|,)\s*key\.([\w-]+)\s*(?:,|$)/.exec(headers['sec-websocket-protocol'] ?? '') ?? [];
  const [, basic] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
  return (
    offered ??
    (basic &&
      Buffer.from(basic, 'base64')
        .toString('utf8')
        .replace(/^[^:]*:/, ''))
  );
}

function isSame(given: string | undefined, wanted: string): boolean {
  if (given === undefined) return false;
  const [a, b] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a as Buffer, b as Buffer);
}
