import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hubRequest } from '../../actors/hub-request.ts';
import { nodeFetch } from '../../actors/node-fetch.ts';

let server: http.Server;
let url: string;
let answer: (request: http.IncomingMessage, body: string, response: http.ServerResponse) => void;

beforeEach(async () => {
  server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => answer(request, body, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const ask = (more: object = {}) =>
  hubRequest({ url, token: 'secret', fetch: nodeFetch }, { method: 'POST', path: '/v1/things', ...more });

describe('a request by node:http', () => {
  test('brings method, path, headers and body, and the answer back', async () => {
    answer = (request, body, response) =>
      response.end(
        JSON.stringify({
          method: request.method,
          url: request.url,
          auth: request.headers.authorization,
          body,
        }),
      );
    expect(await ask({ body: { text: 'grüße' } })).toEqual({
      ok: true,
      value: { method: 'POST', url: '/v1/things', auth: 'Bearer secret', body: '{"text":"grüße"}' },
    });
  });

  test('PROTO-53 an answer that was compressed unasked is read', async () => {
    answer = (_, __, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}'));
    };
    expect(await ask()).toEqual({ ok: true, value: { a: 1 } });
  });

  test('a refusal is an answer with its words', async () => {
    answer = (_, __, response) => {
      response.writeHead(409).end('{"error":"busy","message":"come back later"}');
    };
    expect(await ask()).toMatchObject({ ok: false, status: 409, code: 'busy', message: 'come back later' });
  });

  test('nobody there, an answer that is cut off and a request that is dropped are outages', async () => {
    answer = (_, __, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"half"', () => response.destroy());
    };
    expect(await ask()).toMatchObject({ ok: false, status: 0, code: 'unreachable' });

    const abort = new AbortController();
    answer = () => abort.abort();
    expect(await ask({ signal: abort.signal })).toMatchObject({ ok: false, status: 0 });

    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    expect(await ask()).toMatchObject({ ok: false, status: 0, code: 'unreachable' });
  });
});
