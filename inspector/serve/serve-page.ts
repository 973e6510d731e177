import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PageFiles } from './page-files.ts';

export interface ServedPage {
  /** With the ticket in its fragment, which no server and no log gets to see. */
  url: string;
  close(): Promise<void>;
}

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Serves the page to this machine only, on a free port. The page itself is public; `data` (JSON) is for whoever had the
 * ticket, which is good once and buys a key. Requests that a foreign page sent, or that came by another name than
 * this machine's own (DNS rebinding), are refused.
 */
export async function servePage(files: PageFiles, data: string): Promise<ServedPage> {
  const key = randomBytes(32).toString('base64url');
  let ticket: string | undefined = randomBytes(32).toString('base64url');
  let origins: string[] = [];

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '/', headers } = request;
    const say = (status: number, body: string | Uint8Array, type = 'text/plain; charset=utf-8') =>
      response
        .writeHead(status, { ...HEADERS, 'content-type': type })
        .end(method === 'HEAD' ? undefined : body);
    const { origin, host } = headers;
    if (!origins.includes(`http://${host}`) || (origin !== undefined && origin !== `http://${host}`))
      return say(403, 'This page answers only to itself, on this machine.');
    const path = url.split('?', 1)[0];
    const given = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (method === 'POST' && path === '/open') {
      if (!isSame(given, ticket))
        return say(401, 'This address was used before. Run signalbox inspect again.');
      ticket = undefined;
      return say(200, key);
    }
    if (method !== 'GET' && method !== 'HEAD') return say(405, 'Only GET and HEAD.');
    if (path === '/data') {
      if (!isSame(given, key)) return say(401, 'This page needs the address that signalbox inspect printed.');
      return say(200, data, 'application/json; charset=utf-8');
    }
    const file = files.get(path === '/' ? 'index.html' : (path?.slice(1) ?? ''));
    return file ? say(200, file.body, file.type) : say(404, 'There is nothing here.');
  };

  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  origins = [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
  return {
    url: `http://127.0.0.1:${port}/#${ticket}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isSame(given: string | undefined, wanted: string | undefined): boolean {
  if (given === undefined || wanted === undefined) return false;
  const [a, b] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a as Buffer, b as Buffer);
}
