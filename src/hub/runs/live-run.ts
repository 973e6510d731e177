import type { RunChunk } from '../../protocol/delta.ts';
import type { NewChunk } from './spoken.ts';

/**
 * The chunks of a run while it is executed. Readers hold a place in this list and are told when there is more to
 * read, so a slow one costs nothing. What is added stays unseen until it is announced.
 */
export class LiveRun {
  readonly runId: string;
  readonly chunks: RunChunk[] = [];
  /** The chunks as JSON; `texts[n]` has `seq_id` n + 1. */
  readonly texts: string[] = [];
  readonly #turnId: string;
  readonly #listeners = new Set<() => void>();
  #told = 0;
  #over = false;
  /** Chunks from here on are not in the store. */
  #unwritten = 0;

  constructor(runId: string, turnId: string) {
    this.runId = runId;
    this.#turnId = turnId;
  }

  /** How many chunks may be seen. */
  get told(): number {
    return this.#told;
  }
  /** Nothing comes after what is told. */
  get over(): boolean {
    return this.#over;
  }
  get unwritten(): number {
    return this.texts.length - this.#unwritten;
  }

  add(chunk: NewChunk): void {
    const place = { run_id: this.runId, turn_id: this.#turnId, seq_id: this.chunks.length + 1 };
    const numbered = { ...chunk, ...place } as RunChunk;
    this.chunks.push(numbered);
    this.texts.push(JSON.stringify(numbered));
  }

  /** Takes back what was added and not yet announced. */
  dropUntold(): void {
    this.chunks.length = this.#told;
    this.texts.length = this.#told;
  }

  /** Lets readers see everything added so far. */
  announce(): void {
    if (this.#told === this.texts.length) return;
    this.#told = this.texts.length;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Announces the rest; nothing can be added afterwards. */
  finish(): void {
    this.#told = this.texts.length;
    this.#over = true;
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }

  /** Called whenever there is more to read, and at the end. Returns the way to stop that. */
  onMore(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What the store lacks. `written` is to be called once it has it. */
  batch(): { first: number; texts: string[]; written: () => void } | null {
    const from = this.#unwritten;
    const to = this.texts.length;
    if (from === to) return null;
    return {
      first: from + 1,
      texts: this.texts.slice(from),
      written: () => {
        this.#unwritten = to;
      },
    };
  }
}
