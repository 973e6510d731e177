import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { StoreError } from '../../../actors/sqlite/store-error.ts';
import { type Runtime, runtimeSchema } from '../../protocol/scope.ts';
import { holds } from '../auth/rights.ts';
import type { Person, Right } from '../ports.ts';
import { handleFrame, parseFrame } from './client-frame.ts';
import { ClientStream } from './client-stream.ts';
import type { RelayContext } from './context.ts';
import { Flood } from './flood.ts';
import { guard } from './guard.ts';
import { Inbox } from './inbox.ts';
import type { Live } from './live.ts';
import { Outlet } from './outlet.ts';
import type { Asker } from './pending.ts';
import { refusal } from './refusal.ts';
import { Subscription, type TakeSnapshot } from './subscription.ts';

/** Conversations that one socket may follow. */
export const MAX_SUBSCRIPTIONS = 64;

export interface ClientSocketOptions {
  ws: WebSocket;
  /** The stream under `ws`. */
  socket: Duplex;
  person: Person;
  /** True with `channel=…`: the same feed goes to a second socket. */
  isPaired: boolean;
  snapshot: TakeSnapshot;
}

/** One client's socket. It belongs to the environment, and stays while that one's hosts come and go. */
export class ClientSocket implements Asker {
  readonly person: Person;
  readonly flood: Flood;
  readonly #ws: WebSocket;
  readonly #stream: ClientStream;
  readonly #inbox: Inbox<{ text: string; isBinary: boolean }>;
  readonly #context: RelayContext;
  readonly #live: Live;
  readonly #snapshot: TakeSnapshot;
  readonly #following = new Map<string, Subscription>();
  #isHeard = true;
  #isClosed = false;

  constructor(context: RelayContext, live: Live, options: ClientSocketOptions) {
    this.person = options.person;
    this.flood = new Flood(context.now());
    this.#context = context;
    this.#live = live;
    this.#snapshot = options.snapshot;
    const { ws } = options;
    this.#ws = ws;
    const outlet = new Outlet(ws, options.socket, () => this.#drained());
    this.#stream = new ClientStream(outlet, options.isPaired);
    this.#inbox = new Inbox((frame) => this.#handle(frame.text, frame.isBinary), {
      pause: () => ws.pause(),
      // A socket that has not drained is read again when it has.
      resume: () => {
        if (!outlet.blocked) ws.resume();
      },
    });
    ws.on('message', (data, isBinary) => this.#receive(data, isBinary));
    ws.on('pong', () => this.#hear());
    ws.on('close', () => this.#ended());
  }

  answer(frame: object): void {
    if (!this.#isClosed) this.#stream.send(frame);
  }

  /** A frame that carries no number: `pong`. */
  reply(text: string): void {
    if (!this.#isClosed) this.#stream.outlet.write(text);
  }

  /** Tells something that is in no ring; nothing to who lacks the right. */
  notify(frame: object, right: Right): void {
    if (holds(this.person, right)) this.answer(frame);
  }

  follow(runtime: unknown): void {
    const parsed = runtimeSchema.safeParse(runtime);
    if (parsed.success) void this.#follow(parsed.data, null);
  }

  /**
   * Follows from `cursor`. `tell` is told whether the ring has what was missed, before that or a snapshot or
   * anything newer is sent. Null when this client follows too many conversations already.
   */
  resume(
    runtime: Runtime,
    cursor: string | null,
    tell: (isOk: boolean, cursor: string) => void,
  ): Promise<void> | null {
    return this.#follow(runtime, { cursor, tell });
  }

  /** Called every 30 s: who has said nothing at all since the last time but one is gone. */
  checkAlive(): void {
    if (!this.#isHeard) return this.#ws.terminate();
    this.#isHeard = false;
    this.#ws.ping();
  }

  /** Nothing that still comes in is heard. */
  close(code: number, reason: string): void {
    this.#ws.close(code, reason);
    this.#ended();
  }

  #follow(
    runtime: Runtime,
    from: { cursor: string | null; tell: (isOk: boolean, cursor: string) => void } | null,
  ): Promise<void> | null {
    if (this.#isClosed) return Promise.resolve();
    const ring = this.#context.rings.of(this.#live.id, runtime);
    const known = this.#following.get(ring.scope);
    // Who speaks of a conversation again goes on as he is.
    if (known?.ring === ring && !from) return Promise.resolve();
    if (!known && this.#following.size >= MAX_SUBSCRIPTIONS) return null;
    known?.stop();
    const found = from?.cursor == null ? null : ring.find(from.cursor);
    const position = found ?? ring.last;
    const subscription = new Subscription(ring, position, this.#stream, from ? this.#snapshot : null);
    this.#following.set(ring.scope, subscription);
    from?.tell(found !== null, ring.cursorAt(position));
    return subscription.start(found === null);
  }

  async #handle(text: string, isBinary: boolean): Promise<void> {
    try {
      await handleFrame(this.#context, this.#live, this, text, isBinary);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#context.log.lifecycle('failed', { what: 'client frame', error: message });
      const said = error instanceof StoreError ? message : 'the hub failed on this frame; its log says more';
      this.answer(refusal(parseFrame(text) ?? { type: '' }, 'invalid_frame', said));
    }
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#hear();
    if (this.#isClosed) return;
    this.#inbox.push({ text: isBinary ? '' : String(data), isBinary });
  }

  #hear(): void {
    this.#isHeard = true;
  }

  #drained(): void {
    this.#hear();
    for (const subscription of this.#following.values())
      guard(this.#context.log, 'slow client', () => subscription.advance());
  }

  #ended(): void {
    this.#isClosed = true;
    this.#inbox.close();
    for (const subscription of this.#following.values()) subscription.stop();
    this.#following.clear();
  }
}
