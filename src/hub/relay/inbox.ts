/** Frames that may wait for the one before them; then the socket is not read until half of them are done. */
export const INBOX_FRAMES = 128;

/**
 * Handles the frames of one socket strictly one after the other (D20). A handler that returns a promise keeps
 * the next frame waiting; what comes faster than it is handled makes the sender wait.
 */
export class Inbox<T> {
  readonly #handle: (frame: T) => void | Promise<void>;
  readonly #gate: { pause(): void; resume(): void };
  readonly #waiting: T[] = [];
  #isBusy = false;
  #isPaused = false;

  constructor(handle: (frame: T) => void | Promise<void>, gate: { pause(): void; resume(): void }) {
    this.#handle = handle;
    this.#gate = gate;
  }

  push(frame: T): void {
    this.#waiting.push(frame);
    if (!this.#isBusy) void this.#work();
    if (!this.#isPaused && this.#waiting.length > INBOX_FRAMES) {
      this.#isPaused = true;
      this.#gate.pause();
    }
  }

  /** What waits is not handled any more. */
  close(): void {
    this.#waiting.length = 0;
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let frame = this.#waiting.shift(); frame !== undefined; frame = this.#waiting.shift()) {
      const done = this.#handle(frame);
      if (done) await done;
      if (this.#isPaused && this.#waiting.length <= INBOX_FRAMES / 2) {
        this.#isPaused = false;
        this.#gate.resume();
      }
    }
    this.#isBusy = false;
  }
}
