import type { LogEntry } from '../../src/log/reader.ts';
import { type Chunk, ChunkBuilder, partOf, rootOf } from '../../src/replay/chunks.ts';
import { EntryCheck, isSession } from '../../src/replay/entry-check.ts';
import { RootsReplay } from '../../src/replay/roots-replay.ts';
import type { ActorTale } from './actor-tale.ts';

/**
 * Tells of the actors of a session that goes on, from its log: the machines run again behind it. So nothing is attached
 * to those that do the work, and what is told has been through the log, without secrets.
 */
export class WatchedSession {
  readonly #tale: ActorTale;
  readonly #check = new EntryCheck();
  readonly #builder = new ChunkBuilder();
  /** Roots whose open step got a line since it was last settled. */
  readonly #touched = new Set<string>();
  readonly #roots: RootsReplay;

  constructor(tale: ActorTale) {
    this.#tale = tale;
    this.#roots = new RootsReplay({ onInspect: (root, event) => tale.observe(root, event) });
  }

  /** Why the log cannot be followed any further, if so. */
  get damage(): string | undefined {
    const { damaged } = this.#check;
    return damaged && `Line ${damaged.line} of the log: ${damaged.reason}`;
  }

  push(entries: Iterable<LogEntry>): void {
    for (const entry of entries) {
      const line = this.#check.take(entry);
      const root = line && rootOf(line);
      if (line === undefined || root === undefined || isSession(line)) continue;
      this.#touched.add(root);
      this.#run(this.#builder.feed(line));
      if (line.verb === 'record_failed') {
        this.#builder.drop(root);
        this.#roots.skip(root, 'its recording is not whole');
        this.#tale.gone(root);
      }
      if (partOf(line) !== 'ended') continue;
      this.#roots.end(root);
      this.#tale.gone(root);
    }
  }

  /** A step that no line came for since the last time is whole. */
  settle(): void {
    for (const { root } of [...this.#builder.open])
      if (!this.#touched.has(root)) this.#run(this.#builder.drop(root));
    this.#touched.clear();
  }

  /** A root that does not do again what it did cannot be followed any further. */
  #run(chunk: Chunk | undefined): void {
    if (chunk !== undefined && this.#roots.run(chunk) !== undefined) this.#tale.gone(chunk.root);
  }
}
