/** A clock for `createActor({ clock })` that goes from deadline to deadline, so that chained timers all fire. */
export class VirtualClock {
  now = 0;
  #count = 0;
  #pending = new Map<number, { at: number; fn: () => void }>();

  setTimeout(fn: () => void, ms: number): number {
    this.#count += 1;
    this.#pending.set(this.#count, { at: this.now + ms, fn });
    return this.#count;
  }

  clearTimeout(id: number): void {
    this.#pending.delete(id);
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#pending.delete(next.id);
      this.now = next.at;
      next.fn();
    }
    this.now = end;
  }

  #next(end: number): { id: number; at: number; fn: () => void } | undefined {
    return [...this.#pending]
      .map(([id, { at, fn }]) => ({ id, at, fn }))
      .filter(({ at }) => at <= end)
      .sort((a, b) => a.at - b.at || a.id - b.id)[0];
  }
}
