const LOOK_EVERY_MS = 20;

/** Measures how long it takes, from when a fault is over, until everybody is connected again. */
export class Recovery {
  /** In milliseconds. */
  longest = 0;
  readonly #isWhole: () => boolean;
  readonly #timer: NodeJS.Timeout;
  #mendedAt: number | null = null;

  constructor(isWhole: () => boolean) {
    this.#isWhole = isWhole;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** A new fault: what was not yet whole is not measured any more. */
  broke(): void {
    this.#mendedAt = null;
  }

  mended(): void {
    this.#mendedAt = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    if (this.#mendedAt === null || !this.#isWhole()) return;
    this.longest = Math.max(this.longest, performance.now() - this.#mendedAt);
    this.#mendedAt = null;
  }
}
