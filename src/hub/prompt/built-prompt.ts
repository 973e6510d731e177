import type { PromptMessage } from '../../../machines/ports.ts';
import type { MessageRow } from '../store/rows.ts';
import { fold } from './fold.ts';
import { sizeOf } from './size.ts';

interface Turn {
  id: string;
  /** `seq` of its first row. */
  first: number;
  /** How many messages of the prompt are its. */
  messages: number;
  size: number;
}

/** The transcript of one conversation as models read it, from the cut on, kept up to date row by row. */
export class BuiltPrompt {
  #messages: PromptMessage[] = [];
  #sizes: number[] = [];
  #turns: Turn[] = [];
  #size = 0;
  #lastRunId: string | null = null;

  /** Characters. */
  get size(): number {
    return this.#size;
  }
  /** The `seq` of the oldest row that is in; null when there is none. */
  get first(): number | null {
    return this.#turns[0]?.first ?? null;
  }
  get turns(): number {
    return this.#turns.length;
  }

  append(rows: readonly MessageRow[]): void {
    for (const row of rows) this.#append(row);
  }

  /** The messages as they are now; later changes do not reach them. */
  messages(): PromptMessage[] {
    return this.#messages.slice();
  }

  /** Leaves out the oldest turns until what is left is at most `size` characters, or one turn. */
  cutTo(size: number): void {
    let dropped = 0;
    let turns = 0;
    while (this.#size > size && turns < this.#turns.length - 1) {
      const turn = this.#turns[turns];
      if (!turn) break;
      turns += 1;
      dropped += turn.messages;
      this.#size -= turn.size;
    }
    if (turns === 0) return;
    this.#turns = this.#turns.slice(turns);
    this.#messages = this.#messages.slice(dropped);
    this.#sizes = this.#sizes.slice(dropped);
  }

  #append(row: MessageRow): void {
    const isSaid = row.print === null && row.runId !== null;
    const sameRun = isSaid && row.runId === this.#lastRunId;
    const folded = fold(row, this.#messages.at(-1), sameRun);
    if (!folded) return;
    this.#lastRunId = isSaid ? row.runId : null;
    const turn = this.#turnOf(row);
    const size = sizeOf(folded.message);
    if (folded.kind === 'replace') {
      const before = this.#sizes.pop() ?? 0;
      this.#messages.pop();
      turn.messages -= 1;
      turn.size -= before;
      this.#size -= before;
    }
    this.#messages.push(folded.message);
    this.#sizes.push(size);
    turn.messages += 1;
    turn.size += size;
    this.#size += size;
  }

  #turnOf(row: MessageRow): Turn {
    const last = this.#turns.at(-1);
    if (last?.id === row.turnId) return last;
    const turn: Turn = { id: row.turnId, first: row.seq, messages: 0, size: 0 };
    this.#turns.push(turn);
    return turn;
  }
}
