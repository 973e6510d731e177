/**
 * A recording to step through, forwards and backwards, with the states of all actors at each line. It needs nothing but
 * its lines, so it runs in a page as well, and beside a session that goes on.
 */
import type { LogEntry } from '../log/reader.ts';
import { type Chunk, ChunkBuilder, partOf, rootOf } from './chunks.ts';
import { AROUND, aroundLine, type Divergence } from './divergence.ts';
import { beginsProcess, type Damage, EntryCheck } from './entry-check.ts';
import type { Mismatch } from './expectation.ts';
import { History } from './history.ts';
import type { RecordedLine } from './recorded-line.ts';
import type { LiveActor } from './root-replay.ts';
import { RootsReplay, type RootsReplayOptions } from './roots-replay.ts';

/** What a machine did in a step: its state before (null: it was started) and after it (null: it is gone). */
export interface Move {
  root: string;
  path: string;
  from: unknown;
  to: unknown;
}

export interface Step {
  line: RecordedLine;
  /** The root that the line is of; null for frames and what concerns the session. */
  root: string | null;
  /** Set when the root is not as it was from this line on. */
  divergence: Divergence | null;
  /** What it set off. All of a step is told with the line that set it off; the lines after it are its proof. */
  moves: Move[];
}

export interface ActorState extends LiveActor {
  root: string;
}

export interface Replay {
  /** All that can be stepped through. */
  readonly lines: readonly RecordedLine[];
  /** Lines that have been gone through. */
  readonly position: number;
  /** Where the lines cannot be read any further. */
  readonly damaged: Damage | undefined;
  /** The first one up to here. */
  readonly divergence: Divergence | undefined;
  readonly skipped: readonly { root: string; reason: string }[];
  /** Goes through the next line; null at the end. */
  next(): Step | null;
  /** Goes to where `position` lines have been gone through, in either direction. */
  seek(position: number): void;
  /** The actors that live at this position, in the order in which they were started. */
  states(): ActorState[];
}

/** A replay whose recording is still growing. Lines count only when the steps up to them are whole. */
export interface LiveReplay extends Replay {
  /** Takes the next lines. */
  push(entries: Iterable<LogEntry>): void;
  /** A step that no line came for since the last time is whole. */
  settle(): void;
  /** A line came for a step that was taken for whole too early: what is shown of its root is not what was. */
  readonly isLate: boolean;
  /** No more lines come: every step is as whole as it will ever be. */
  end(): void;
}

export type ReplayOptions = Pick<RootsReplayOptions, 'machines' | 'wants'>;

export function createReplay(entries: Iterable<LogEntry>, options: ReplayOptions = {}): Replay {
  const replay = new SteppedReplay(options);
  replay.push(entries);
  replay.end();
  return replay;
}

export function createLiveReplay(options: ReplayOptions = {}): LiveReplay {
  return new SteppedReplay(options);
}

class SteppedReplay implements LiveReplay {
  position = 0;
  isLate = false;
  readonly lines: RecordedLine[] = [];
  readonly #check = new EntryCheck();
  readonly #builder = new ChunkBuilder();
  /** Lines that wait for a step among them, or before them, to be whole. */
  #waiting: RecordedLine[] = [];
  /** Roots whose open step got a line since it was last settled, and those whose step was taken for whole since then. */
  readonly #touched = new Set<string>();
  readonly #settled = new Set<string>();
  /** Each by the position of the line that sets it off. */
  readonly #chunks = new Map<number, Chunk>();
  readonly #roots: RootsReplay;
  readonly #history = new History<ActorState>();
  readonly #divergences: Divergence[] = [];
  /** Lines that the machines have gone through; they never do it twice. */
  #reached = 0;

  constructor(options: ReplayOptions) {
    this.#roots = new RootsReplay({
      ...options,
      onChange: (root, path, actor) => {
        this.#history.set(this.#reached, `${root} ${path}`, actor ? { root, ...actor } : undefined);
      },
    });
  }

  get damaged(): Damage | undefined {
    return this.#check.damaged;
  }

  get skipped(): readonly { root: string; reason: string }[] {
    return this.#roots.skipped;
  }

  get divergence(): Divergence | undefined {
    const last = this.lines[this.position - 1]?.position ?? 0;
    return this.#divergences
      .filter(({ position }) => position <= last)
      .sort((a, b) => a.position - b.position)[0];
  }

  push(entries: Iterable<LogEntry>): void {
    for (const entry of entries) {
      const line = this.#check.take(entry);
      if (line !== undefined) this.#take(line);
    }
    this.#release();
  }

  settle(): void {
    for (const { root } of [...this.#builder.open]) {
      if (this.#touched.has(root)) continue;
      this.#complete(this.#builder.drop(root));
      this.#settled.add(root);
    }
    this.#touched.clear();
    this.#release();
  }

  end(): void {
    for (const chunk of this.#builder.end()) this.#complete(chunk);
    this.#release();
  }

  next(): Step | null {
    const line = this.lines[this.position];
    if (line === undefined) return null;
    this.seek(this.position + 1);
    return {
      line,
      root: rootOf(line) ?? null,
      divergence: this.#divergences.find(({ position }) => position === line.position) ?? null,
      moves: this.#history.at(this.position - 1).flatMap(moveOf),
    };
  }

  seek(position: number): void {
    const target = Math.max(0, Math.min(position, this.lines.length));
    while (this.#reached < target) this.#advance();
    this.position = target;
  }

  states(): ActorState[] {
    return this.#history.before(this.position);
  }

  #take(line: RecordedLine): void {
    this.#waiting.push(line);
    const root = rootOf(line);
    if (beginsProcess(line)) for (const chunk of this.#builder.end()) this.#complete(chunk);
    if (line.verb === 'record_failed') return this.#complete(this.#builder.drop(root ?? ''));
    this.#complete(this.#builder.feed(line));
    if (root === undefined) return;
    this.#touched.add(root);
    if (partOf(line) === 'trigger') this.#settled.delete(root);
    if (partOf(line) === 'nested' && this.#settled.has(root)) this.isLate = true;
  }

  #complete(chunk: Chunk | undefined): void {
    if (chunk !== undefined) this.#chunks.set(chunk.trigger.position, chunk);
  }

  /** A step is run as a whole, at the line that sets it off: up to the first that is open, all can be gone through. */
  #release(): void {
    let limit = Number.POSITIVE_INFINITY;
    for (const { trigger } of this.#builder.open) limit = Math.min(limit, trigger.position);
    const ready = this.#waiting.findIndex(({ position }) => position >= limit);
    const lines = ready === -1 ? this.#waiting : this.#waiting.slice(0, ready);
    this.#waiting = ready === -1 ? [] : this.#waiting.slice(ready);
    for (const line of lines) this.lines.push(line);
  }

  #advance(): void {
    const line = this.lines[this.#reached];
    if (line === undefined) return;
    const root = rootOf(line);
    if (beginsProcess(line)) {
      this.#roots.end();
      this.#history.remove(this.#reached, () => true);
    }
    const chunk = this.#chunks.get(line.position);
    if (chunk !== undefined) this.#run(chunk);
    this.#chunks.delete(line.position);
    if (line.verb === 'record_failed' && root !== undefined)
      this.#roots.skip(root, `its recording is not whole after line ${line.position}`);
    if (partOf(line) === 'ended') this.#roots.end(root);
    if (line.verb === 'record_failed' || partOf(line) === 'ended')
      this.#history.remove(this.#reached, (state) => state.root === root);
    this.#reached += 1;
  }

  #run(chunk: Chunk): void {
    const { root, trigger } = chunk;
    const isOfRoot = (state: ActorState) => state.root === root;
    if (trigger.verb === 'open') this.#history.remove(this.#reached, isOfRoot);
    const mismatch = this.#roots.run(chunk);
    if (mismatch === undefined) return;
    this.#history.remove(this.#reached, isOfRoot);
    this.#divergences.push(this.#divergenceOf(root, mismatch));
  }

  #divergenceOf(root: string, { line, ...rest }: Mismatch): Divergence {
    const own = [...this.lines, ...this.#waiting].filter(
      (each) => rootOf(each) === root && partOf(each) !== 'none',
    );
    const at = own.indexOf(line);
    const around = own.slice(Math.max(0, at - AROUND), at + AROUND + 1).map(aroundLine);
    return { root, position: line.position, file: line.file, line: line.line, ...rest, around };
  }
}

function moveOf({
  before,
  after,
}: {
  before: ActorState | undefined;
  after: ActorState | undefined;
}): Move[] {
  const state = after ?? before;
  if (state?.kind !== 'machine') return [];
  const { root, path } = state;
  return [{ root, path, from: before?.value ?? null, to: after?.value ?? null }];
}
