import type { LogEntry } from '../log/reader.ts';
import { type Chunk, ChunkBuilder, partOf, rootOf } from './chunks.ts';
import { AROUND, aroundLine, type Divergence } from './divergence.ts';
import { beginsProcess, type Damage, EntryCheck } from './entry-check.ts';
import type { Mismatch } from './expectation.ts';
import type { RecordedLine } from './recorded-line.ts';
import { RootsReplay, type RootsReplayOptions } from './roots-replay.ts';

export interface ReplayResult {
  /** Every root did again what it did, as far as the recording goes. */
  ok: boolean;
  /** Lines read. */
  lines: number;
  /** Roots that were run, each opening counted. */
  roots: number;
  /** The one on the earliest line. */
  divergence?: Divergence;
  /** The first of each root that has one, by line. */
  divergences: Divergence[];
  /** The line at which reading ended, because it cannot be read. */
  damaged?: Damage;
  /** The last line was cut off as it was written; nothing is wrong with that. */
  torn?: { file: string; line: number };
  /** Roots that could not be run, for reasons that say nothing about the machines. */
  skipped: { root: string; reason: string }[];
}

/**
 * Replays what it is given line by line, and keeps no more of it than it must: any number of roots, opened any number of
 * times, over segments, processes and sessions. Give it the lines in order, then ask for the result.
 */
export class SessionReplay {
  readonly #roots: RootsReplay;
  readonly #check = new EntryCheck();
  readonly #builder = new ChunkBuilder();
  /** The last lines of each root, for whoever reads of a divergence. */
  readonly #recent = new Map<string, RecordedLine[]>();
  readonly #waiting = new Map<string, { divergence: Divergence; missing: number }>();
  readonly #divergences: Divergence[] = [];

  constructor(options: RootsReplayOptions = {}) {
    this.#roots = new RootsReplay(options);
  }

  /** Takes the next line. False: there is damage, and no more is taken. */
  push(entry: LogEntry): boolean {
    const line = this.#check.take(entry);
    if (line === undefined) return this.#check.damaged === undefined;
    if (beginsProcess(line)) this.#endProcess();
    const root = rootOf(line);
    const part = partOf(line);
    // The end of a root belongs to the step that it completes; the next input belongs to the next one.
    if (root !== undefined && part !== 'none' && part !== 'trigger') this.#remember(root, line);
    this.#run(this.#builder.feed(line));
    if (root === undefined) return true;
    if (part === 'trigger') this.#remember(root, line);
    // A hub has a root for each model step: what is over is not kept.
    if (part === 'ended') this.#recent.delete(root);
    if (line.verb === 'record_failed') {
      this.#run(this.#builder.drop(root));
      this.#roots.skip(root, `its recording is not whole after line ${line.position}`);
    }
    return true;
  }

  /** Ends the replay where the lines end. */
  result(): ReplayResult {
    this.#endProcess();
    const { lines, damaged, torn } = this.#check;
    const divergences = this.#divergences.sort((a, b) => a.position - b.position);
    const [divergence] = divergences;
    return {
      ok: divergence === undefined && damaged === undefined,
      lines,
      roots: this.#roots.count,
      ...(divergence ? { divergence } : {}),
      divergences,
      ...(damaged ? { damaged } : {}),
      ...(torn ? { torn } : {}),
      skipped: this.#roots.skipped,
    };
  }

  /** What is alive ends without a word. */
  #endProcess(): void {
    for (const chunk of this.#builder.end()) this.#run(chunk);
    this.#roots.end();
    this.#recent.clear();
    this.#waiting.clear();
  }

  #run(chunk: Chunk | undefined): void {
    if (chunk === undefined) return;
    const mismatch = this.#roots.run(chunk);
    if (mismatch !== undefined) this.#diverge(chunk.root, mismatch);
  }

  #diverge(root: string, { line, ...rest }: Mismatch): void {
    const recent = this.#recent.get(root) ?? [];
    const at = recent.indexOf(line);
    const around = recent.slice(Math.max(0, at - AROUND), at + AROUND + 1).map(aroundLine);
    const divergence = { root, position: line.position, file: line.file, line: line.line, ...rest, around };
    this.#divergences.push(divergence);
    const missing = AROUND - (recent.length - 1 - at);
    if (missing > 0) this.#waiting.set(root, { divergence, missing });
  }

  #remember(root: string, line: RecordedLine): void {
    const waiting = this.#waiting.get(root);
    if (waiting !== undefined) {
      waiting.divergence.around.push(aroundLine(line));
      waiting.missing -= 1;
      if (waiting.missing === 0) this.#waiting.delete(root);
    }
    const recent = this.#recent.get(root) ?? [];
    if (recent.length === 0) this.#recent.set(root, recent);
    // A whole step stays, as any line of it may turn out to be the one; of what was before it, as much as is shown.
    if (partOf(line) === 'trigger') recent.splice(0, Math.max(0, recent.length - AROUND));
    recent.push(line);
  }
}
