/** What `createActor` takes as its clock. */
export interface Clock {
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

interface Timer {
  /** How many timers of the root were set before it. */
  n: number;
  ms: number;
  handle: unknown;
}

/** Beyond this the platform's timers fire at once. */
const LONGEST = 2 ** 31 - 1;

const platform: Clock = {
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/**
 * A clock that numbers the timers of one root in the order in which they are set, and tells which one has fired before
 * it does its work. A replay fires the same number at the same place; the time that passed does not matter.
 */
export class RecordingClock implements Clock {
  #next = 0;
  #armed = new Set<Timer>();
  #onFire: (n: number, ms: number) => void;
  #clock: Clock;

  constructor(onFire: (n: number, ms: number) => void, clock: Clock = platform) {
    this.#onFire = onFire;
    this.#clock = clock;
  }

  setTimeout(fn: () => void, ms: number): Timer {
    const timer: Timer = { n: this.#next++, ms, handle: undefined };
    this.#armed.add(timer);
    this.#arm(timer, fn, ms);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#armed.delete(timer as Timer);
    this.#clock.clearTimeout((timer as Timer).handle);
  }

  /** From here on as a fresh root would count: those still armed are the first, in the order they were set. */
  renumber(): void {
    this.#next = 0;
    for (const timer of this.#armed) timer.n = this.#next++;
  }

  #arm(timer: Timer, fn: () => void, ms: number): void {
    if (ms > LONGEST) {
      timer.handle = this.#clock.setTimeout(() => this.#arm(timer, fn, ms - LONGEST), LONGEST);
      return;
    }
    timer.handle = this.#clock.setTimeout(() => {
      this.#armed.delete(timer);
      this.#onFire(timer.n, timer.ms);
      fn();
    }, ms);
  }
}
