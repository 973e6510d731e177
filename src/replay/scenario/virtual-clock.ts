/** A clock on which time passes when it is told to, from deadline to deadline, so that a timer set by a timer fires too. */
export class VirtualClock {
  /** Milliseconds since the beginning. */
  now: number;
  #count = 0;
  #armed = new Map<number, { at: number; fn: () => void }>();

  constructor(now = 0) {
    this.now = now;
  }

  setTimeout(fn: () => void, ms: number): number {
    this.#count += 1;
    this.#armed.set(this.#count, { at: this.now + ms, fn });
    return this.#count;
  }

  clearTimeout(timer: unknown): void {
    this.#armed.delete(timer as number);
  }

  /** `rested` is called after each timer. */
  advanceTo(time: number, rested: () => void): void {
    for (let next = this.#earliest(time); next !== undefined; next = this.#earliest(time)) {
      this.#armed.delete(next.id);
      this.now = next.at;
      next.fn();
      rested();
    }
    this.now = Math.max(this.now, time);
  }

  #earliest(until: number): { id: number; at: number; fn: () => void } | undefined {
    let earliest: { id: number; at: number; fn: () => void } | undefined;
    for (const [id, { at, fn }] of this.#armed)
      if (at <= until && (earliest === undefined || at < earliest.at)) earliest = { id, at, fn };
    return earliest;
  }
}
