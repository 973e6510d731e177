import { request } from 'node:http';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { pageFiles } from '../../../inspector/serve/page-files.ts';
import { type ServedPage, servePage } from '../../../inspector/serve/serve-page.ts';

const DATA = '{"title":"a.log","entries":[]}';
const files = await pageFiles();
const open: ServedPage[] = [];
let page: ServedPage;
let ticket: string;

beforeEach(async () => {
  page = await servePage(files, DATA);
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
