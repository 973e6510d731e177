/**
 * A clock on which time stands still: a timer fires when the log says that it did. Timers are numbered in the order in
 * which they are set, as the recording numbered them.
 */
export class ReplayClock {
  #next = 0;
  #armed = new Map<number, { fn: () => void; ms: number }>();

  setTimeout(fn: () => void, ms: number): number {
    const n = this.#next++;
    this.#armed.set(n, { fn, ms });
    return n;
  }

  clearTimeout(n: unknown): void {
    this.#armed.delete(n as number);
  }

  /** Fires timer `n`, which was recorded with a wait of `ms` milliseconds. Returns why it cannot, if so. */
  fire(n: number, ms: number): string | undefined {
    const timer = this.#armed.get(n);
    if (timer === undefined) return `timer ${n} is not set`;
    if (timer.ms !== ms) return `timer ${n} is set for ${timer.ms} ms, not for ${ms} ms`;
    this.#armed.delete(n);
    timer.fn();
    return undefined;
  }
}
