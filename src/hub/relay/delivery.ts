import { StoreError } from '../../../actors/sqlite/store-error.ts';
import type { Held } from './bag.ts';
import type { RelayContext } from './context.ts';
import { guard } from './guard.ts';
import type { Live } from './live.ts';
import { messageIds } from './stamp.ts';

/** Refusals for want of room, in the queue or on the disk: there may be some later. */
const NOT_NOW = new Set<unknown>(['queue_full', 'store_full']);

/** How a Letta host says that its queue is full. */
const FOREIGN_QUEUE_FULL = 'Input was rejected by the queue';

/**
 * Empties the bag of one environment into its host: the inputs of a conversation one after the other, each after
 * the answer to the one before; answers to approvals and aborts at once, for they may be what the inputs wait for.
 * Everything sent may be sent again after a broken link: host and hub know a copy by its name.
 */
export class Delivery {
  readonly #context: RelayContext;
  readonly #live: Live;
  /** Rows between the note "may have been sent" and the sending. */
  readonly #leaving = new Set<number>();
  /** Rows that the host had no room for: until its queue moves. */
  readonly #resting = new Set<number>();
  #isRunning = false;
  #again = false;

  constructor(context: RelayContext, live: Live) {
    this.#context = context;
    this.#live = live;
  }

  /** Hands over what can be handed over now. */
  pump(): void {
    this.#again = true;
    if (this.#isRunning) return;
    guard(this.#context.log, 'delivery', () => this.#run());
  }

  /** The host's queue of a conversation moved, or time has passed: there may be room again. */
  askAgain(): void {
    if (this.#resting.size === 0) return;
    this.#resting.clear();
    this.pump();
  }

  /** A row that rests may go: there is something new to say about it. */
  release(heldId: number): void {
    this.#resting.delete(heldId);
    this.pump();
  }

  hostLost(): void {
    this.#resting.clear();
  }

  /** The host has answered for a row of the bag. */
  settle(heldId: number, answer: Record<string, unknown>): void {
    const held = this.#context.bag.get(heldId);
    if (held) this.#settle(held, answer);
    this.pump();
  }

  #settle(held: Held, answer: Record<string, unknown>): void {
    if (answer.type === 'withdraw_input_response') return this.#settleWithdrawal(held, answer);
    if (answer.accepted !== false) {
      // Taken, yet somebody wants it back: the answer to that ends it.
      if (!held.withdraw) this.#end(held, 'input_handed_over');
    } else if (NOT_NOW.has(answer.code) || answer.error === FOREIGN_QUEUE_FULL) this.#resting.add(held.id);
    else if (answer.code === 'withdrawn') this.#end(held, 'input_withdrawn');
    else this.#end(held, 'input_refused', String(answer.error ?? 'the host refused it'));
  }

  #settleWithdrawal(held: Held, answer: Record<string, unknown>): void {
    if (answer.status === 'withdrawn') this.#end(held, 'input_withdrawn');
    // Too late: a turn has it. That too is a decision, and no success.
    else if (answer.status === 'already_dequeued') this.#end(held, 'input_handed_over');
    else this.#resting.add(held.id);
  }

  #end(held: Held, how: 'input_handed_over' | 'input_withdrawn' | 'input_refused', error?: string): void {
    const { db, bag } = this.#context;
    db.transaction(() => {
      bag.remove(held.id);
      if (how === 'input_withdrawn') bag.bury(held.scope, held.key);
    });
    this.#live.publishHeld(held, how, error);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      await this.#drain();
    } finally {
      this.#isRunning = false;
    }
    // Asked for between the last look and here.
    if (this.#again) this.pump();
  }

  async #drain(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const host = this.#live.host;
      const next = host ? this.#next() : [];
      if (next.length === 0) continue;
      for (const held of next) this.#leaving.add(held.id);
      const noted = await this.#noteSent(next);
      for (const held of next) this.#leaving.delete(held.id);
      if (noted && this.#live.host === host) for (const held of next) this.#send(held.id);
    }
  }

  #next(): Held[] {
    const { bag, now } = this.#context;
    const isFree = (held: Held): boolean =>
      !this.#leaving.has(held.id) && !this.#resting.has(held.id) && !this.#live.pending.carries(held.id);
    const isAlive = (held: Held): boolean => held.sent || held.withdraw || held.until > now();
    return bag.heads(this.#live.id).filter((held) => isFree(held) && isAlive(held));
  }

  /** On disk before it leaves: what may have been sent is never said to be withdrawn by the hub alone. */
  async #noteSent(next: Held[]): Promise<boolean> {
    const { db, bag, log } = this.#context;
    try {
      db.transaction(() => {
        for (const held of next) if (!held.sent) bag.markSent(held.id);
      });
      await db.barrier();
      return true;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      log.lifecycle('bag_stuck', { environment: this.#live.id, error: error.message });
      return false;
    }
  }

  #send(heldId: number): void {
    const { bag, passed, now } = this.#context;
    const held = bag.get(heldId);
    const { host, pending, id: environmentId } = this.#live;
    if (!held || !host || pending.carries(heldId)) return;
    if (held.withdraw && !host.isLinked)
      return this.#end(held, 'input_refused', 'the host that came instead cannot give an input back');
    const frame =
      held.withdraw && held.kind === 'input'
        ? { type: 'withdraw_input', runtime: held.frame.runtime, client_message_id: held.key }
        : { ...held.frame, type: String(held.frame.type) };
    for (const id of messageIds(frame)) passed.remember(id, environmentId);
    const requestId = pending.add({ asker: null, frame, holdable: held, heldId, sentAt: now() });
    host.send({ ...frame, request_id: requestId });
  }
}
