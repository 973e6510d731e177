import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { pageFiles } from '../../../inspector/serve/page-files.ts';
import type { Piece, Source } from '../../../inspector/serve/piece.ts';
import { type ServedPage, servePage } from '../../../inspector/serve/serve-page.ts';

const files = await pageFiles();
const source: Source = {
  title: 'a.log',
  isLive: false,
  async *pieces() {
    yield { entries: [] };
  },
};
const DATA = '{"title":"a.log","isLive":false}\n{"entries":[]}\n';
const open: ServedPage[] = [];
let page: ServedPage;
let ticket: string;

beforeEach(async () => {
  page = await servePage(files, source);
  open.push(page);
  ticket = new URL(page.url).hash.slice(1);
});
afterAll(() => Promise.all(open.map((each) => each.close())));

interface Asked {
  method?: string;
  bearer?: string;
  headers?: Record<string, string>;
}

function ask(path: string, { method = 'GET', bearer, headers = {} }: Asked = {}) {
  const authorization = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const url = new URL(path, page.url);
      url.hash = '';
      const asked = request(url, { method, headers: { ...headers, ...authorization } }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      });
      asked.on('error', reject).end();
    },
  );
}

test('INSP-14 the recording needs a key, and the ticket of the address buys one, once', async () => {
  expect((await ask('/data')).status).toBe(401);
  expect((await ask('/data', { bearer: ticket })).status).toBe(401);
  expect((await ask('/open', { method: 'POST', bearer: 'wrong' })).status).toBe(401);
  const bought = await ask('/open', { method: 'POST', bearer: ticket });
  expect(bought.status).toBe(200);
  expect(bought.body).not.toBe(ticket);
  for (const _ of [1, 2])
    expect(await ask('/data', { bearer: bought.body })).toMatchObject({ status: 200, body: DATA });
  expect(await ask('/open', { method: 'POST', bearer: ticket })).toMatchObject({
    status: 401,
    body: expect.stringContaining('Run signalbox inspect again'),
  });
});

test('INSP-14 a key or ticket in a query is none', async () => {
  const { body: key } = await ask('/open', { method: 'POST', bearer: ticket });
  expect((await ask(`/data?token=${key}&authorization=Bearer%20${key}`)).status).toBe(401);
  expect(new URL(page.url).search).toBe('');
});

test('INSP-15 a request of a foreign page, or by a foreign name, is refused', async () => {
  const { body: key } = await ask('/open', { method: 'POST', bearer: ticket });
  const own = new URL(page.url).origin;
  const status = async (headers: Record<string, string>) =>
    (await ask('/data', { bearer: key, headers })).status;
  expect(await status({ origin: own })).toBe(200);
  expect(await status({ origin: 'https://evil.example' })).toBe(403);
  expect(await status({ origin: 'null' })).toBe(403);
  expect(await status({ host: 'evil.example' })).toBe(403);
  expect((await ask('/', { headers: { host: 'evil.example' } })).status).toBe(403);
});

test('INSP-15 it listens on this machine only, and forbids its page to load anything from elsewhere', async () => {
  expect(new URL(page.url).hostname).toBe('127.0.0.1');
  const { headers } = await ask('/');
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
  expect(headers['cache-control']).toBe('no-store');
});

test('INSP-16 the page is whole: what it names is there, and it names nothing from elsewhere', async () => {
  const { status, body } = await ask('/');
  expect(status).toBe(200);
  const named = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] as string);
  expect(named.filter((name) => !name.startsWith('data:')).length).toBeGreaterThanOrEqual(2);
  for (const name of named) {
    expect(name).toMatch(/^(?:\.\/|data:)/);
    if (name.startsWith('./')) expect((await ask(name)).status).toBe(200);
  }
  expect((await ask('/', { method: 'HEAD' })).body).toBe('');
  expect((await ask('/../package.json')).status).toBe(404);
  expect((await ask('/', { method: 'PUT' })).status).toBe(405);
});

/** A page of an endless source, of which every piece that was taken is counted. */
async function endless(text: string) {
  const seen = { pieces: 0, aborted: 0 };
  const served = await servePage(files, {
    title: 'a.log',
    isLive: true,
    async *pieces(signal): AsyncGenerator<Piece> {
      signal.addEventListener('abort', () => {
        seen.aborted += 1;
      });
      for (; !signal.aborted; seen.pieces += 1) yield { file: 'a.log', line: 1, text };
    },
  });
  open.push(served);
  page = served;
  ticket = new URL(served.url).hash.slice(1);
  const { body: key } = await ask('/open', { method: 'POST', bearer: ticket });
  const read = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const url = new URL('/data', served.url);
      request(url, { headers: { authorization: `Bearer ${key}` } }, resolve)
        .on('error', reject)
        .end();
    });
  return { seen, key, read };
}

test('INSP-19 nothing is read for a page that takes nothing, and a page that goes ends the reading', async () => {
  const { seen, read } = await endless('x'.repeat(64 * 1024));
  const response = await read();
  response.pause();
  let before = -1;
  // What fits into the buffers of the sockets is taken; then it stands still.
  await vi.waitFor(
    () => {
      const isStill = seen.pieces === before;
      before = seen.pieces;
      expect(isStill).toBe(true);
    },
    { timeout: 20_000, interval: 200 },
  );
  expect(seen).toMatchObject({ aborted: 0 });
  response.destroy();
  await vi.waitFor(() => expect(seen.aborted).toBe(1), 20_000);
});

test('INSP-19 only so many pages read at a time; one that closes makes room', async () => {
  const { seen, key, read } = await endless('x');
  const readers = [];
  for (let n = 0; n < 8; n += 1) {
    const response = await read();
    response.pause();
    readers.push(response);
  }
  expect(await ask('/data', { bearer: key })).toMatchObject({
    status: 429,
    body: expect.stringContaining('open in 8 pages already'),
  });
  readers[0]?.destroy();
  await vi.waitFor(() => expect(seen.aborted).toBe(1), 20_000);
  const next = await read();
  expect(next.statusCode).toBe(200);
  for (const each of [...readers, next]) each.destroy();
});
