import { dropOldest } from '../drop-oldest.ts';

/** So many are remembered; whoever asks under such a name later is told that it is not known, and posts again. */
const MOST_NAMES = 1_024;

/** The `otid`s under which parts of steps came again, and those under which the transcript has them. */
export class RenamedParts {
  readonly #names = new Map<string, string>();

  note(conversation: string, otid: string, first: string): void {
    this.#names.set(placeOf(conversation, otid), first);
    dropOldest(this.#names, MOST_NAMES);
  }

  /** The name in the transcript; `otid` itself when it has no other. */
  first(conversation: string, otid: string): string {
    return this.#names.get(placeOf(conversation, otid)) ?? otid;
  }
}

const placeOf = (conversation: string, otid: string): string => `${conversation}\n${otid}`;
