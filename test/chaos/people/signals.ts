import { setImmediate as turn } from 'node:timers/promises';
import type { Moment } from '../plan/faults.ts';

/** Tells that a moment has come to whoever waits for the next of its kind. */
export class Signals {
  readonly #waiting = new Map<Moment, Set<() => void>>();

  raise(moment: Moment): void {
    const waiting = this.#waiting.get(moment);
    this.#waiting.delete(moment);
    for (const go of waiting ?? []) go();
  }

  /** Resolves with the next such moment, at the latest after `withinMs`; `null` stands for the time alone. */
  async next(moment: Moment | null, withinMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(go, withinMs);
      const waiting = moment === null ? null : (this.#waiting.get(moment) ?? new Set());
      function go(): void {
        clearTimeout(timer);
        waiting?.delete(go);
        resolve();
      }
      if (moment !== null && waiting) this.#waiting.set(moment, waiting.add(go));
    });
  }
}

/** Waits for so many microseconds, finer than any timer, and lets all others work meanwhile. */
export async function microseconds(count: number): Promise<void> {
  const until = performance.now() + count / 1000;
  while (performance.now() < until) await turn();
}
