import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import zlib from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createModelStep, type StepRequest } from '../../actors/model-step.ts';
import type { ModelStepEvent, ModelStepInput } from '../../machines/ports.ts';
import { invoke } from './invoked.ts';

type Answer = (response: http.ServerResponse, request: http.IncomingMessage, body: string) => void;

let server: http.Server;
let url: string;
let answer: Answer;
let sockets: Set<Socket>;
let connections: number;
let requests: { path: string; headers: http.IncomingHttpHeaders; body: unknown }[];

beforeEach(async () => {
  sockets = new Set();
  connections = 0;
  requests = [];
  server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += String(part);
    });
    request.on('end', () => {
      requests.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(body) });
      answer(response, request, body);
    });
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
});

const POST: ModelStepInput = {
  scope: { agentId: 'agent-1', conversationId: 'conv-1' },
  turnId: 'turn-1',
  step: 1,
  kind: 'post',
  after: null,
};
const ATTACH: ModelStepInput = { ...POST, kind: 'attach' };

function step(input: ModelStepInput = POST, prepare?: () => StepRequest | Promise<StepRequest>) {
  const prepared = () => ({
    url: `${url}/v1/step`,
    headers: { authorization: 'Bearer t' },
    body: { a: 'ü' },
  });
  return invoke<ModelStepEvent>(createModelStep({ prepare: prepare ?? prepared }), input);
}

const sse = (value: unknown) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
const text = (seq: number, content: string) => ({
  message_type: 'assistant_message',
  run_id: 'run-1',
  seq_id: seq,
  content,
});
const stop = (seq: number, stop_reason = 'end_turn') => ({
  message_type: 'stop_reason',
  run_id: 'run-1',
  seq_id: seq,
  stop_reason,
});
const stream = (...values: unknown[]): Answer => {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const value of values) response.write(sse(value));
    response.end();
  };
};
const refuse =
  (status: number, body: unknown, headers: http.OutgoingHttpHeaders = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
const types = (said: ModelStepEvent[]) => said.map(({ type }) => type);

describe('a step', () => {
  test('PROTO-40 is one POST with what was prepared, answered by its chunks in order and its end', async () => {
    answer = stream(text(1, 'Hel'), text(2, 'lo'), stop(3), '[DONE]');
    const { said, heard } = step();
    await heard('step.ended');
    expect(requests).toMatchObject([
      {
        path: '/v1/step',
        headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
        body: { a: 'ü' },
      },
    ]);
    expect(types(said)).toEqual(['step.sent', 'step.chunks', 'step.chunks', 'step.chunks', 'step.ended']);
    expect(said.slice(1, 3)).toMatchObject([
      { seq: 1, chunks: [{ content: 'Hel' }] },
      { seq: 2, chunks: [{ content: 'lo' }] },
    ]);
  });

  test('PROTO-31 hands on together what came in one piece', async () => {
    answer = (response) => {
      response.writeHead(200);
      response.end(sse(text(1, 'Hel')) + sse(text(2, 'lo')) + sse(stop(3)) + sse('[DONE]'));
    };
    const { said, heard } = step();
    await heard('step.ended');
    expect(types(said)).toEqual(['step.sent', 'step.chunks', 'step.ended']);
    expect(said[1]).toMatchObject({
      seq: 3,
      chunks: [{ content: 'Hel' }, { content: 'lo' }, { message_type: 'stop_reason' }],
    });
  });

  test('PROTO-40 hands each chunk on before the next one is there', async () => {
    let response: http.ServerResponse | undefined;
    answer = (given) => {
      response = given;
      given.writeHead(200);
      given.write(sse(text(1, 'first')));
    };
    const { said, heard } = step();
    await heard('step.chunks');
    expect(types(said)).toEqual(['step.sent', 'step.chunks']);
    response?.end(sse(stop(2)) + sse('[DONE]'));
    await heard('step.ended');
  });

  test('PROTO-41 a character may be split between pieces', async () => {
    const bytes = Buffer.from(sse(text(1, 'grüße 🚦')) + sse(stop(2)) + sse('[DONE]'));
    answer = async (response) => {
      response.writeHead(200);
      response.socket?.setNoDelay(true);
      for (const byte of bytes)
        await new Promise<void>((next) => response.write(Buffer.of(byte), () => next()));
      response.end();
    };
    const { said, heard } = step();
    await heard('step.ended');
    expect(said).toContainEqual(
      expect.objectContaining({ chunks: [expect.objectContaining({ content: 'grüße 🚦' })] }),
    );
  });

  test('PROTO-41 a chunk may be megabytes long', async () => {
    const content = 'x'.repeat(8 * 1024 * 1024);
    answer = stream(text(1, content), stop(2), '[DONE]');
    const { said, heard } = step();
    await heard('step.ended');
    const [chunk] = said.flatMap((event) => (event.type === 'step.chunks' ? event.chunks : []));
    expect(String(chunk?.content).length).toBe(content.length);
  });

  test('PROTO-42 goes over the connection of one before it', async () => {
    const answers = [stream(text(1, 'a'), stop(2), '[DONE]'), refuse(409, { error: 'not_the_holder' })];
    for (let i = 0; i < 20; i += 1) {
      answer = answers[i % 2] as Answer;
      const { heard, leave } = step();
      await Promise.race([heard('step.ended'), heard('step.failed')]);
      leave();
    }
    // Not one: the end of an answer may come a moment after its last word.
    expect(connections).toBeLessThan(10);
  });

  test('a connection whose answer does not end after its last word is given up', async () => {
    answer = (response) => {
      response.writeHead(200);
      response.write(sse(stop(1)) + sse('[DONE]'));
    };
    const { said, heard, leave } = step();
    await heard('step.ended');
    leave();
    await vi.waitFor(() => expect(sockets.size).toBe(0), 5_000);
    expect(types(said).at(-1)).toBe('step.ended');
  });

  test('what comes after the last word is not heard', async () => {
    answer = stream(stop(1), '[DONE]', text(2, 'late'), '[DONE]');
    const { said, heard } = step();
    await heard('step.ended');
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    expect(types(said).slice(-2)).toEqual(['step.chunks', 'step.ended']);
  });

  test('PROTO-43 that is left closes its request and says no more', async () => {
    let closed = false;
    answer = (response) => {
      response.writeHead(200);
      response.write(sse(text(1, 'a')));
      response.on('close', () => {
        closed = true;
      });
    };
    const { said, heard, leave } = step();
    await heard('step.chunks');
    leave();
    await vi.waitFor(() => expect(closed).toBe(true));
    expect(types(said)).toEqual(['step.sent', 'step.chunks']);
  });

  test('PROTO-43 that is left before its request was ready sends nothing', async () => {
    let ready: (request: StepRequest) => void = () => undefined;
    const { said, leave } = step(POST, () => new Promise((resolve) => (ready = resolve)));
    leave();
    ready({ url, headers: {}, body: {} });
    answer = stream(stop(1), '[DONE]');
    await step().heard('step.ended');
    expect(requests).toHaveLength(1);
    expect(said).toEqual([]);
  });
});

describe('a step that waits for another environment', () => {
  test('PROTO-32 is told of it, and begins when the lease is free', async () => {
    const waiting = { message_type: 'waiting', environment: 'staging' };
    answer = stream(waiting, { message_type: 'ping' }, text(1, 'a'), stop(2), '[DONE]');
    const { said, heard } = step();
    await heard('step.ended');
    expect(types(said)).toEqual(['step.sent', 'step.waiting', 'step.chunks', 'step.chunks', 'step.ended']);
  });
});

describe('a step answered by a proxy', () => {
  test.each([
    ['gzip', zlib.createGzip],
    ['deflate', zlib.createDeflate],
    ['br', zlib.createBrotliCompress],
  ])('PROTO-53 that compressed it with %s is read', async (encoding, compress) => {
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': encoding });
      const packed = compress();
      packed.pipe(response);
      packed.end(sse(text(1, 'packed')) + sse(stop(2)) + sse('[DONE]'));
    };
    const { said, heard } = step();
    await heard('step.ended');
    expect(requests[0]?.headers['accept-encoding']).toBe('identity');
    expect(said[1]).toMatchObject({ chunks: [{ content: 'packed' }, { message_type: 'stop_reason' }] });
  });

  test('PROTO-53 that says it compressed it and did not is a hub in trouble', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end('not packed at all');
    };
    expect(await step().heard('step.failed')).toMatchObject({ cause: 'hub', retryable: true });
  });
});

describe('a step that attaches', () => {
  test.each([
    [200, null],
    [400, { detail: 'INVALID_ARGUMENT: No active runs found for this conversation.' }],
    [410, { detail: 'Run was created more than 3 hours ago, and is now expired.' }],
    [422, { detail: [{ loc: ['body', 'otid'], msg: 'Extra inputs are not permitted' }] }],
  ])('PROTO-54 answered with %i and no run is to a step that the hub does not know', async (status, body) => {
    answer = refuse(status, JSON.stringify(body));
    const { said, heard } = step(ATTACH);
    await heard('step.unknown');
    expect(types(said)).toEqual(['step.sent', 'step.unknown']);
  });

  test('PROTO-34 hears everything from the first chunk, and shows what was not seen', async () => {
    answer = stream(text(1, 'a'), text(2, 'b'), stop(3), '[DONE]');
    const { said, heard } = step({ ...ATTACH, after: { runId: 'run-1', seq: 2 } });
    await heard('step.ended');
    expect(said.filter((event) => event.type === 'step.chunks')).toMatchObject([
      { seq: 3, chunks: [{ message_type: 'stop_reason' }] },
    ]);
  });

  test('PROTO-44 to what the hub does not know is told so', async () => {
    answer = refuse(404, { error: 'not_found', message: 'no run of that otid' });
    const { said, heard } = step(ATTACH);
    await heard('step.unknown');
    expect(types(said)).toEqual(['step.sent', 'step.unknown']);
  });
});

describe('a step that fails', () => {
  const fails = async (given: Answer, input = POST) => {
    answer = given;
    return step(input).heard('step.failed');
  };

  test('PROTO-45 for what the hub refuses fails with the hub’s words', async () => {
    for (const [status, error] of [
      [400, 'invalid'],
      [401, 'unauthorized'],
      [403, 'forbidden'],
      [404, 'not_found'],
      [409, 'not_the_holder'],
      [409, 'otid_conflict'],
      [422, 'invalid'],
    ] as const)
      expect(await fails(refuse(status, { error, message: `because of ${error}` }))).toMatchObject({
        cause: 'refused',
        message: `because of ${error}`,
        retryable: false,
      });
  });

  test.each([
    [408, {}],
    [429, { message: 'slow down' }],
    [500, 'oops'],
    [502, '<html>'],
    [503, { message: 'starting' }],
    [301, ''],
  ])('PROTO-45 with status %i is a hub in trouble, to be asked again', async (status, body) => {
    const failed = await fails(refuse(status, body));
    expect(failed).toMatchObject({ cause: 'hub', retryable: true });
    expect(failed.message).toContain(`HTTP ${status}`);
  });

  const BUSY =
    'CONFLICT: Cannot send a new message: Another request is currently being processed. run_id=run-9';
  test.each([
    [409, { error: 'conversation_busy', message: 'come back later' }, 'come back later'],
    [409, { detail: BUSY }, BUSY],
    [409, { error: BUSY }, BUSY],
    [409, { error: { detail: BUSY } }, BUSY],
    [400, { detail: 'The conversation is busy with another active run' }, 'The conversation is busy with'],
  ])('PROTO-48 with status %i and %j is to wait for another run', async (status, body, words) => {
    const failed = await fails(refuse(status, body));
    expect(failed).toMatchObject({ cause: 'busy', retryable: true, retryAfterMs: 0 });
    expect(failed.message).toContain(words);
  });

  test('PROTO-48 with another conflict is refused in its words', async () => {
    const detail = 'CONFLICT: Cannot send a new message: The agent is waiting for approval on a tool call.';
    expect(await fails(refuse(409, { detail }))).toMatchObject({ cause: 'refused', message: detail });
  });

  test.each([
    [429, '7', 7_000],
    [503, '100000', 300_000],
    [503, 'soon', 0],
    [502, 'Sat, 01 Jan 2000 00:00:00 GMT', 0],
    [409, '9', 9_000],
  ])('PROTO-49 with status %i and Retry-After %j names the wait', async (status, wait, retryAfterMs) => {
    const failed = await fails(refuse(status, { detail: BUSY }, { 'retry-after': wait }));
    expect(failed).toMatchObject({ retryable: true, retryAfterMs });
  });

  test('PROTO-54 with JSON in place of a stream is refused, and says so', async () => {
    expect(await fails(refuse(200, { messages: [] }))).toMatchObject({
      cause: 'refused',
      retryable: false,
      message: expect.stringContaining('not with a stream'),
    });
  });

  test.each([200, 502, 504])('PROTO-45 with status %i and a web page is a hub in trouble', async (status) => {
    const page = '<html><head><title>Out for lunch</title></head></html>';
    const failed = await fails(refuse(status, page, { 'content-type': 'text/html; charset=utf-8' }));
    expect(failed).toMatchObject({ cause: 'hub', retryable: true });
    expect(failed.message).toContain('Out for lunch');
    expect(failed.message).not.toContain('<');
  });

  test.each([200, 204, 302, 502])(
    'PROTO-45 with status %i and nothing is a hub in trouble',
    async (status) => {
      expect(await fails((response) => response.writeHead(status).end())).toMatchObject({ cause: 'hub' });
    },
  );

  test('PROTO-45 when the hub is not there', async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    expect(await step().heard('step.failed')).toMatchObject({ cause: 'hub', retryable: true });
  });

  test('PROTO-46 when the stream is cut in the middle', async () => {
    answer = (response) => {
      response.writeHead(200);
      response.write(sse(text(1, 'a')), () => response.socket?.resetAndDestroy());
    };
    const { said, heard } = step();
    expect(await heard('step.failed')).toMatchObject({ cause: 'hub', retryable: true });
    expect(types(said).filter((type) => type === 'step.failed')).toHaveLength(1);
  });

  test('PROTO-46 when the answer ends without its last word', async () => {
    expect(await fails(stream(text(1, 'a'), stop(2)))).toMatchObject({ cause: 'hub', retryable: true });
    expect(await fails(stream())).toMatchObject({ cause: 'hub' });
  });

  test('PROTO-46 when the connection ends before there is an answer', async () => {
    expect(await fails((response) => response.socket?.destroy())).toMatchObject({ cause: 'hub' });
  });

  test('PROTO-35 with what the provider said', async () => {
    const error = {
      message_type: 'error_message',
      run_id: 'run-1',
      seq_id: 1,
      error_type: 'llm_error',
      message: 'overloaded',
      retryable: true,
      retry_after_ms: 5000,
    };
    expect(await fails(stream(error, stop(2, 'llm_api_error'), '[DONE]'))).toEqual({
      type: 'step.failed',
      cause: 'provider',
      message: 'overloaded',
      runId: 'run-1',
      retryable: true,
      retryAfterMs: 5000,
    });
  });

  test('PROTO-35 when somebody cancelled the run', async () => {
    expect(await fails(stream(text(1, 'a'), stop(2, 'cancelled'), '[DONE]'))).toMatchObject({
      cause: 'cancelled',
      retryable: false,
    });
  });

  test.each([
    ['preparing it failed', () => Promise.reject(new Error('no such turn'))],
    ['its address is none', () => ({ url: 'not a url', headers: {}, body: {} })],
    ['a header cannot be sent', () => ({ url, headers: { authorization: 'Bearer a\nb' }, body: {} })],
  ])('for good when %s', async (_, prepare) => {
    expect(await step(POST, prepare as () => StepRequest).heard('step.failed')).toMatchObject({
      cause: 'refused',
      retryable: false,
      message: expect.stringContaining('internal error'),
    });
  });

  test('PROTO-47 without a word of its token', async () => {
    answer = refuse(500, 'no');
    const { said, heard } = step(POST, () => ({
      url,
      headers: { authorization: 'Bearer very-secret-token' },
      body: {},
    }));
    await heard('step.failed');
    expect(JSON.stringify(said)).not.toContain('very-secret-token');
  });
});
