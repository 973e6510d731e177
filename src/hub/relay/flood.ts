/** What one client may send: this many frames at once, and this many a second in the long run. */
export const FLOOD_BURST = 500;
export const FLOOD_PER_SECOND = 100;

/** A frame weighs one more for each so many characters: few large ones are a flood too. */
const CHARACTERS_PER_WEIGHT = 64 * 1024;

/** A leaky bucket: counts the frames of one socket against the clock. */
export class Flood {
  #level = 0;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** True when a frame of this length may come in. */
  admits(now: number, characters: number): boolean {
    // A clock that was set back drains nothing and punishes nobody.
    const seconds = Math.max(0, now - this.#at) / 1000;
    this.#at = now;
    this.#level = Math.max(0, this.#level - seconds * FLOOD_PER_SECOND);
    if (this.#level >= FLOOD_BURST) return false;
    this.#level += 1 + characters / CHARACTERS_PER_WEIGHT;
    return true;
  }
}
