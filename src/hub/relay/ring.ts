import type { Runtime } from '../../protocol/scope.ts';
import { formatCursor, readCursor } from './cursor.ts';

export const RING_EVENTS = 2_048;
export const RING_BYTES = 2 * 1024 * 1024;

/** An event in the ring: JSON text without its last brace, so that a client's own keys can be put behind it. */
export interface Entry {
  n: number;
  text: string;
  bytes: number;
  /** How many events that are no deltas the stream had up to here (see `ClientStream`). */
  mark: number;
  /** The environment whose host said it; null for the hub itself. */
  origin: string | null;
}

const NOTHING: Entry = { n: 0, text: '', bytes: 0, mark: 0, origin: null };

/** Somebody who follows the ring. */
export interface RingReader {
  /** There is something new. */
  advance(): void;
  /** What comes next does not follow on what he has. */
  lose(reason: 'host' | 'room'): void;
}

/** The newest events of one conversation in one environment, numbered on receipt. Lives in memory only. */
export class Ring {
  readonly environmentId: string;
  readonly scope: string;
  readonly runtime: Runtime;
  readonly readers = new Set<RingReader>();
  touchedAt: number;
  #stream: string;
  #slots: Entry[] = [];
  #last = 0;
  #dropped = 0;
  #bytes = 0;
  #marks = 0;

  constructor(environmentId: string, scope: string, runtime: Runtime, stream: string, now: number) {
    this.environmentId = environmentId;
    this.scope = scope;
    this.runtime = runtime;
    this.#stream = stream;
    this.touchedAt = now;
  }

  /** The number of the newest event; 0 when there was none. */
  get last(): number {
    return this.#last;
  }
  /** The number of the newest event that is no longer here. */
  get dropped(): number {
    return this.#dropped;
  }
  get mark(): number {
    return this.#marks;
  }
  cursorAt(n: number): string {
    return formatCursor(this.#stream, n);
  }

  /** The event with this number, which must be above `dropped` and at most `last`. */
  at(n: number): Entry {
    const entry = this.#slots[n % RING_EVENTS];
    if (entry?.n !== n) throw new Error(`ring ${this.#stream} has no event ${n}`);
    return entry;
  }

  /** Where a client with this cursor goes on; null when what he misses is not here. */
  find(cursor: string): number | null {
    const read = readCursor(cursor);
    if (read?.stream !== this.#stream || read.n < this.#dropped || read.n > this.#last) return null;
    return read.n;
  }

  append(text: string, isDelta: boolean, origin: string | null): void {
    this.#last += 1;
    if (!isDelta) this.#marks += 1;
    const n = this.#last;
    const cursor = this.cursorAt(n);
    const whole = `${text},"idempotency_key":"${cursor}","cursor":"${cursor}"`;
    // Two bytes a character is the most that V8 keeps a string in.
    const bytes = whole.length * 2;
    // The newest stays whatever its size; its slot is that of the oldest when the ring is full.
    this.#bytes += bytes;
    while (this.#dropped < n - 1 && (n - this.#dropped > RING_EVENTS || this.#bytes > RING_BYTES))
      this.#drop();
    this.#slots[n % RING_EVENTS] = { n, text: whole, bytes, mark: this.#marks, origin };
    for (const reader of this.readers) reader.advance();
  }

  /** Begins a new stream: what was missed before it cannot be told any more. */
  restart(stream: string, reason: 'host' | 'room'): void {
    this.#stream = stream;
    this.#slots = [];
    this.#last = 0;
    this.#dropped = 0;
    this.#bytes = 0;
    for (const reader of this.readers) reader.lose(reason);
  }

  #drop(): void {
    this.#dropped += 1;
    const slot = this.#dropped % RING_EVENTS;
    this.#bytes -= this.#slots[slot]?.bytes ?? 0;
    this.#slots[slot] = NOTHING;
  }
}
