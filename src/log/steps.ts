/**
 * Tells whether a root is in the middle of a step. Each event that reaches a machine is answered by one snapshot; while
 * one is owed, what is sent now comes from inside: a child that spoke as it was started, a listener that answered at
 * once. A replay has to send that from inside too, or the order of two machines could turn round.
 */
export class Steps {
  #owed = new WeakMap<object, { snapshots: number; live: boolean }>();
  #total = 0;

  get inside(): boolean {
    return this.#total > 0;
  }

  /** The machine was started: what it got before, it takes up now. */
  started(machine: object): void {
    const owed = this.#of(machine);
    owed.live = true;
    owed.snapshots += 1;
    this.#total += owed.snapshots;
  }

  received(machine: object): void {
    const owed = this.#of(machine);
    owed.snapshots += 1;
    if (owed.live) this.#total += 1;
  }

  settled(machine: object): void {
    const owed = this.#of(machine);
    if (!owed.live || owed.snapshots === 0) return;
    owed.snapshots -= 1;
    this.#total -= 1;
  }

  /** Done, stopped or dead: it drops what it has not taken up. */
  ended(machine: object): void {
    const owed = this.#of(machine);
    if (owed.live) this.#total -= owed.snapshots;
    this.#owed.delete(machine);
  }

  #of(machine: object): { snapshots: number; live: boolean } {
    let owed = this.#owed.get(machine);
    if (owed === undefined) {
      owed = { snapshots: 0, live: false };
      this.#owed.set(machine, owed);
    }
    return owed;
  }
}
