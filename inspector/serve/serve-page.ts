import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PageFiles } from './page-files.ts';
import type { Source } from './piece.ts';

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

/** How long a page may still read when the serving ends, so that it hears how the session ended. */
const GRACE_MS = 1_000;
/** Characters that wait for the next piece. */
const MOST_JOINED = 128 * 1024;
/** Pages that may read at the same time. */
const MOST_READERS = 8;

/**
 * Serves the page to this machine only, on a free port. The page itself is public; the recording (`Piece`s, one a line)
 * is for whoever had the ticket, which is good once and buys a key. Requests that a foreign page sent, or that came by
 * another name than this machine's own (DNS rebinding), are refused.
 */
export async function servePage(files: PageFiles, source: Source): Promise<ServedPage> {
  const key = randomBytes(32).toString('base64url');
  let ticket: string | undefined = randomBytes(32).toString('base64url');
  let origins: string[] = [];
  let readers = 0;

  /** As fast as the page takes it, and no faster: nothing is kept here for a page that is slow. */
  const send = async (response: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    readers += 1;
    try {
      await pipeline(Readable.from(linesOf(source, gone.signal), { objectMode: false }), response);
    } catch {
      // The page went away, or the file cannot be read any more; either way the answer breaks off, and the page sees it.
    } finally {
      readers -= 1;
    }
  };

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
        return say(401, 'This address was used before. Run signalbox inspect again for another one.');
      ticket = undefined;
      return say(200, key);
    }
    if (method !== 'GET' && method !== 'HEAD') return say(405, 'Only GET and HEAD.');
    if (path === '/data') {
      if (!isSame(given, key))
        return say(401, 'This page needs the whole address that was printed, with what stands behind the #.');
      if (readers >= MOST_READERS)
        return say(429, `This is open in ${MOST_READERS} pages already. Close one and reload.`);
      response.writeHead(200, { ...HEADERS, 'content-type': 'application/x-ndjson; charset=utf-8' });
      return void send(response);
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
        const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
      }),
  };
}

/** The pieces one a line. Text goes out with the piece after it, which follows at once: one write instead of two. */
async function* linesOf(source: Source, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
  const { title, isLive } = source;
  let waiting = `${JSON.stringify({ title, isLive })}\n`;
  for await (const piece of source.pieces(signal)) {
    waiting += `${JSON.stringify(piece)}\n`;
    if ('text' in piece && waiting.length < MOST_JOINED) continue;
    yield waiting;
    waiting = '';
  }
  if (waiting) yield waiting;
}

function isSame(given: string | undefined, wanted: string | undefined): boolean {
  if (given === undefined || wanted === undefined) return false;
  const [a, b] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a as Buffer, b as Buffer);
}
