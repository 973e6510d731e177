import type { Attempt, Outcome, Waiting } from './outcome.ts';
import { type Problem, problemOf } from './problem.ts';

/** `isGone` tells, at the last moment, that nobody waits for it any more. */
export type TryAgain = (isGone: () => boolean) => Promise<Attempt>;

interface Ticket {
  attempt: TryAgain;
  /** Null once it is settled or withdrawn. */
  settle: ((outcome: Outcome) => void) | null;
  runId: string | null;
}

/** The messages that wait for a conversation's turn, each conversation's in the order they came. */
export class WaitLine {
  readonly #waitMs: number;
  readonly #lines = new Map<string, Ticket[]>();
  readonly #waking = new Map<string, Promise<void>>();

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  has(key: string): boolean {
    return this.#lines.has(key);
  }

  add(key: string, first: Extract<Attempt, { kind: 'waiting' }>, attempt: TryAgain): Waiting {
    const ticket: Ticket = { attempt, settle: null, runId: first.runId };
    const line = this.#lines.get(key) ?? [];
    this.#lines.set(key, [...line, ticket]);
    const outcome = new Promise<Outcome>((resolve) => {
      const limit = setTimeout(() => {
        this.#remove(key, ticket);
        ticket.settle?.({ kind: 'refused', problem: busy(ticket.runId) });
      }, this.#waitMs);
      ticket.settle = (outcome) => {
        clearTimeout(limit);
        ticket.settle = null;
        resolve(outcome);
      };
    });
    const drop = (): void => {
      this.#remove(key, ticket);
      ticket.settle?.({ kind: 'refused', problem: withdrawn });
    };
    // The turn may have become free while this one was on its way into the line.
    this.wake(key);
    return { ...first, outcome, drop };
  }

  /** Something changed: whoever may go now, goes. */
  wake(key: string): void {
    if (!this.#lines.has(key)) return;
    const before = this.#waking.get(key) ?? Promise.resolve();
    const mine = before.then(() => this.#try(key));
    this.#waking.set(key, mine);
    void mine.then(() => {
      if (this.#waking.get(key) === mine) this.#waking.delete(key);
    });
  }

  wakeAll(): void {
    for (const key of this.#lines.keys()) this.wake(key);
  }

  /** Tells all who wait. */
  close(problem: Problem): void {
    for (const [key, line] of this.#lines) {
      this.#lines.delete(key);
      for (const ticket of line) ticket.settle?.({ kind: 'refused', problem });
    }
  }

  async #try(key: string): Promise<void> {
    for (const ticket of this.#lines.get(key) ?? []) {
      if (!ticket.settle) continue;
      const attempt = await this.#attempt(ticket);
      if (attempt.kind === 'waiting') {
        ticket.runId = attempt.runId ?? ticket.runId;
        continue;
      }
      this.#remove(key, ticket);
      ticket.settle?.(attempt);
    }
  }

  /** A store that fails is told to whoever waits; the others wait on. */
  async #attempt(ticket: Ticket): Promise<Attempt> {
    try {
      return await ticket.attempt(() => !ticket.settle);
    } catch (error) {
      return { kind: 'refused', problem: problemOf(error) };
    }
  }

  #remove(key: string, ticket: Ticket): void {
    const rest = (this.#lines.get(key) ?? []).filter((other) => other !== ticket);
    if (rest.length > 0) this.#lines.set(key, rest);
    else this.#lines.delete(key);
  }
}

export const withdrawn: Problem = {
  status: 409,
  error: 'withdrawn',
  message: 'the request was dropped while it waited; nothing was run',
};

/** Letta's hosts know this by its words. */
const busy = (runId: string | null): Problem => ({
  status: 409,
  error: 'conversation_busy',
  message:
    'Cannot send a new message: another request is currently being processed for this conversation. ' +
    `Wait until it has ended, or cancel it, and send again.${runId === null ? '' : ` run_id=${runId}`}`,
  ...(runId === null ? {} : { extra: { run_id: runId } }),
});
