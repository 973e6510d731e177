import { typedAhead } from '../terminal/keyboard.ts';

/**
 * What a line that is being typed is about: what the prompt asked when its first key was typed. A key that was typed
 * before that was on the screen is not about it, also when it is read only now.
 */
export class LineSubject {
  #asked: string | null = null;
  #isSeen = false;
  /** Undefined while the line is empty. */
  #begun: string | null | undefined;

  /** The prompt asks this from now on; null when it asks nothing. */
  ask(asked: string | null): void {
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#isSeen = false;
    void typedAhead().then(() => {
      if (this.#asked === asked) this.#isSeen = true;
    });
  }

  /** Called after every change of the line. */
  follow(line: string): void {
    if (line === '') this.#begun = undefined;
    else if (this.#begun === undefined) this.#begun = this.#isSeen ? this.#asked : null;
  }

  /** The line is sent: what it was about. */
  take(): string | null {
    const about = this.#begun ?? null;
    this.#begun = undefined;
    return about;
  }
}
