import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeCall {
  id: string;
  name: string;
  /** The arguments as the pieces in which they are streamed. */
  pieces: string[];
  /** The signature that Google's models put on a call. */
  signature?: string;
}

/** What the fake streams, in this order. `instead` is what comes after the texts instead of an end. */
export interface Answer {
  reasoning?: string[];
  /** What the provider signs the reasoning with. */
  signature?: string;
  text?: string[];
  calls?: FakeCall[];
  stop?: 'end' | 'length' | 'refused';
  usage?: false;
  instead?: 'cut' | 'hold' | 'close' | 'error';
  /** What the provider sends in the stream for `instead: 'error'`. */
  error?: object;
  /** Waited for before each text but the first. */
  gate?: () => Promise<unknown>;
}
/** What the fake answers instead of a stream. */
export interface Refusal {
  status: number;
  message: string;
  headers?: Record<string, string>;
}

/** How one provider writes an answer: frames before the texts, one for each text, frames after. */
export interface Wire {
  frames(answer: Answer): { head: string[]; text: string[]; tail: string[] };
  refusal(refusal: Refusal): unknown;
  streamError(error: object): string;
}

export interface RecordedRequest {
  path: string;
  headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: each provider has its own shape, and the tests look into it.
  body: any;
  /** Resolves when the connection of this request is closed. */
  closed: Promise<void>;
}

export interface FakeProvider {
  url: string;
  requests: RecordedRequest[];
  /** Queues the answer to the next request that has none yet. */
  answer(reply: Answer | Refusal): void;
  stop(): Promise<void>;
}

export async function startFakeProvider(wire: Wire): Promise<FakeProvider> {
  const replies: (Answer | Refusal)[] = [];
  const requests: RecordedRequest[] = [];
  const server = createServer(async (request, response) => {
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    const body = JSON.parse(await readAll(request));
    requests.push({ path: request.url ?? '', headers: request.headers, body, closed });
    const reply = replies.shift() ?? { status: 500, message: 'the fake has no answer left' };
    if ('status' in reply) {
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(JSON.stringify(wire.refusal(reply)));
    } else await stream(wire, reply, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: (reply) => replies.push(reply),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One server-sent event. */
export function sse(data: unknown, event?: string): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return `${event ? `event: ${event}\n` : ''}data: ${text}\n\n`;
}

async function stream(wire: Wire, answer: Answer, response: ServerResponse): Promise<void> {
  const { head, text, tail } = wire.frames(answer);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(head.join(''));
  for (const [index, frame] of text.entries()) {
    if (index > 0) await answer.gate?.();
    response.write(frame);
  }
  if (answer.instead === 'hold') return;
  if (answer.instead === 'close') response.end();
  else if (answer.instead === 'error') response.end(wire.streamError(answer.error ?? {}));
  else if (answer.instead === 'cut') response.write(tail.join('').slice(0, 10), () => response.destroy());
  else response.end(tail.join(''));
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString() || '{}';
}
