import type { Person } from '../ports.ts';
import type { Holdable } from './bag.ts';
import { type ClientFrame, requestIdOf } from './refusal.ts';

/** Who sent a command: a client's socket, or the hub for somebody who is not there any more. */
export interface Asker {
  readonly person: Person;
  answer(frame: object): void;
  /** The conversation that a `runtime_start` opened. */
  follow(runtime: unknown): void;
}

/** A command on its way to the host. */
export interface Waiting {
  asker: Asker | null;
  /** The command as the client's own frame was stamped, with the client's `request_id`. */
  frame: ClientFrame;
  /** What goes into the bag when the link breaks; null for what is refused then. */
  holdable: Holdable | null;
  /** The row of the bag that this delivers, or takes back. */
  heldId: number | null;
  sentAt: number;
}

export const MAX_WAITING_PER_ASKER = 256;
export const ANSWER_WITHIN_MS = 60_000;

/**
 * The commands that a host has not answered. Clients choose their `request_id`s as they like and two may choose
 * the same; the host sees ours, which names this life of the hub so that a late answer to an earlier one is no
 * answer to this.
 */
export class Pending {
  readonly #prefix: string;
  readonly #waiting = new Map<string, Waiting>();
  readonly #perAsker = new Map<Asker, number>();
  #count = 0;

  constructor(life: string) {
    this.#prefix = `h${life}-`;
  }

  /** The `request_id` for the host. */
  add(waiting: Waiting): string {
    this.#count += 1;
    const id = `${this.#prefix}${this.#count}`;
    this.#waiting.set(id, waiting);
    this.#tally(waiting.asker, 1);
    return id;
  }

  isFull(asker: Asker): boolean {
    return (this.#perAsker.get(asker) ?? 0) >= MAX_WAITING_PER_ASKER;
  }

  /** True when a row of the bag is on its way. */
  carries(heldId: number): boolean {
    for (const waiting of this.#waiting.values()) if (waiting.heldId === heldId) return true;
    return false;
  }

  /** The command that this answers. `isLast` is false while more answers to it follow. */
  take(hostRequestId: unknown, isLast: boolean): Waiting | null {
    if (typeof hostRequestId !== 'string') return null;
    const waiting = this.#waiting.get(hostRequestId) ?? null;
    if (waiting && isLast) this.#remove(hostRequestId, waiting);
    return waiting;
  }

  /** True for an id that only this hub can have made, in this life or another. */
  static isOurs(requestId: unknown): boolean {
    return typeof requestId === 'string' && /^h[\w-]+-\d+$/.test(requestId);
  }

  /** All of them, oldest first; none is left. */
  drain(): Waiting[] {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#perAsker.clear();
    return all;
  }

  /** Those that have waited too long. */
  overdue(now: number): Waiting[] {
    const late: Waiting[] = [];
    for (const [id, waiting] of this.#waiting) {
      // After a clock was set back the wait begins anew, and is not longer by as much.
      waiting.sentAt = Math.min(waiting.sentAt, now);
      if (waiting.sentAt + ANSWER_WITHIN_MS > now) break;
      this.#remove(id, waiting);
      late.push(waiting);
    }
    return late;
  }

  #remove(id: string, waiting: Waiting): void {
    this.#waiting.delete(id);
    this.#tally(waiting.asker, -1);
  }

  #tally(asker: Asker | null, by: number): void {
    if (!asker) return;
    const count = (this.#perAsker.get(asker) ?? 0) + by;
    if (count > 0) this.#perAsker.set(asker, count);
    else this.#perAsker.delete(asker);
  }
}

/** Gives the host's answer to who asked, under his own `request_id`. */
export function passAnswer(waiting: Waiting, answer: Record<string, unknown>): void {
  const { asker, frame } = waiting;
  if (!asker) return;
  if (answer.type === 'runtime_start_response' && answer.runtime) asker.follow(answer.runtime);
  const requestId = requestIdOf(frame);
  const { n, seq, event_seq, ...plain } = answer;
  if (requestId !== null) asker.answer({ ...plain, request_id: requestId });
  else if (answer.accepted === false || answer.success === false)
    asker.answer({ type: 'error', code: 'invalid_frame', message: String(answer.error ?? 'refused') });
}
