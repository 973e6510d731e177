import type { ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import type { LiveRun } from '../runs/live-run.ts';

/** What follows the last chunk of every stream. */
const DONE = 'data: [DONE]\n\n';
/** Chunks that are written at once, so that a reader far behind is asked in between whether it takes more. */
const AT_ONCE = 256;

/** One stream of server-sent events. It is written to the socket itself: each chunk leaves in the tick it came. */
export class Sse {
  readonly #out: ServerResponse;
  #ping: NodeJS.Timeout | null = null;
  #isGone: boolean;

  constructor(c: Context) {
    this.#out = (c.env as HttpBindings).outgoing;
    this.#out.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
    // When the first chunk takes its time, the head goes alone; else they share a packet.
    setImmediate(() => {
      if (!this.closed) this.#out.flushHeaders();
    });
    this.#isGone = this.#out.destroyed;
    this.#out.once('close', () => {
      this.#isGone = true;
      this.#stopPings();
    });
  }

  /** What the handler returns: hono is to write nothing. */
  get response(): Response {
    return RESPONSE_ALREADY_SENT;
  }
  get closed(): boolean {
    return this.#isGone || this.#out.writableEnded;
  }

  onClose(listener: () => void): void {
    if (this.#isGone) listener();
    else this.#out.once('close', listener);
  }

  pingEvery(ms: number): void {
    this.#ping ??= setInterval(() => {
      // A reader that takes nothing is not given pings on top.
      if (!this.#out.writableNeedDrain) this.send(pingChunk());
    }, ms);
  }

  send(chunk: object): void {
    this.#write([JSON.stringify(chunk)]);
  }

  end(texts: string[] = []): void {
    this.#stopPings();
    if (this.closed) return;
    this.#out.end(frames(texts) + DONE);
  }

  /** Passes a run on as it is told, from `after` on, no faster than the reader takes it. */
  follow(live: LiveRun, after: number): void {
    let next = after;
    let isFull = false;
    const pump = (): void => {
      while (!isFull && next < live.told && !this.closed) {
        const upTo = Math.min(live.told, next + AT_ONCE);
        isFull = !this.#write(live.texts.slice(next, upTo));
        next = upTo;
      }
      if (!isFull && live.over && next >= live.told) this.end();
    };
    const stop = live.onMore(pump);
    const drained = (): void => {
      isFull = false;
      pump();
    };
    this.#out.on('drain', drained);
    this.onClose(() => {
      stop();
      this.#out.off('drain', drained);
    });
    pump();
  }

  #write(texts: string[]): boolean {
    return this.closed || this.#out.write(frames(texts));
  }

  #stopPings(): void {
    if (this.#ping) clearInterval(this.#ping);
    this.#ping = null;
  }
}

function frames(texts: string[]): string {
  let all = '';
  for (const text of texts) all += `data: ${text}\n\n`;
  return all;
}

const pingChunk = () => ({ id: 'ping', date: new Date().toISOString(), message_type: 'ping' });
