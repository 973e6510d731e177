import { dropOldest } from '../drop-oldest.ts';
import type { Caller } from './caller.ts';

/** So many are remembered; a step that is still on its way is a matter of milliseconds. */
const MOST_TURNS = 1_024;

/**
 * The turns that their hosts have cancelled of late. A step and the cancel of its turn come on connections of their own,
 * so a step may still be behind the cancel: its host has dropped it, and it must not begin.
 */
export class CancelledTurns {
  readonly #turns = new Set<string>();

  note(conversation: string, by: Caller): void {
    const turn = turnOf(conversation, by);
    if (turn === null) return;
    this.#turns.add(turn);
    dropOldest(this.#turns, MOST_TURNS);
  }

  has(conversation: string, caller: Caller): boolean {
    const turn = turnOf(conversation, caller);
    return turn !== null && this.#turns.has(turn);
  }
}

/** Only a host of ours names its turns. */
const turnOf = (conversation: string, { environment, turnId }: Caller): string | null =>
  environment === null || turnId === null ? null : `${environment}\n${conversation}\n${turnId}`;
