import type { LogEntry } from '../log/reader.ts';
import { type Chunk, ChunkBuilder, partOf, rootOf } from './chunks.ts';
import type { ActorState } from './create-replay.ts';
import { AROUND, aroundLine, type Divergence } from './divergence.ts';
import { beginsProcess, type Damage, EntryCheck } from './entry-check.ts';
import type { Mismatch } from './expectation.ts';
import type { RecordedLine } from './recorded-line.ts';
import { RootsReplay, type RootsReplayOptions } from './roots-replay.ts';
import type { IsBehind } from './until.ts';

export interface StateResult {
  /** Lines that were gone through. */
  position: number;
  /** The actors that live there, in the order in which they were started. */
  states: ActorState[];
  /** The first one up to there. */
  divergence?: Divergence;
  /** Where the lines could not be read any further, before the place was reached. */
  damaged?: Damage;
}

/**
 * The states at one place of a recording of any length: it keeps what is alive and the steps that are open, nothing else.
 * Give it the lines in order as long as it takes them, then ask for the result.
 */
export class StateReplay {
  readonly #isBehind: IsBehind;
  readonly #check = new EntryCheck();
  readonly #builder = new ChunkBuilder();
  readonly #roots: RootsReplay;
  readonly #states = new Map<string, ActorState>();
  #position = 0;
  /** The place was passed: what is read now only completes the steps that were open there. */
  #isThere = false;
  #divergence: Divergence | undefined;

  constructor(isBehind: IsBehind, options: Pick<RootsReplayOptions, 'machines' | 'wants'> = {}) {
    this.#isBehind = isBehind;
    this.#roots = new RootsReplay({
      ...options,
      onChange: (root, path, actor) => {
        if (actor === null) this.#states.delete(`${root} ${path}`);
        else this.#states.set(`${root} ${path}`, { root, ...actor });
      },
    });
  }

  /** Takes the next line. False: no more is needed. */
  push(entry: LogEntry): boolean {
    const line = this.#check.take(entry);
    if (line === undefined) return this.#check.damaged === undefined;
    this.#isThere ||= this.#isBehind(line);
    if (this.#isThere) return this.#complete(line);
    this.#position = line.position;
    if (beginsProcess(line)) this.#endProcess();
    const root = rootOf(line) ?? '';
    this.#run(this.#builder.feed(line));
    if (line.verb === 'record_failed') {
      this.#run(this.#builder.drop(root));
      this.#roots.skip(root, `its recording is not whole after line ${line.position}`);
    }
    if (line.verb === 'record_failed' || partOf(line) === 'ended') this.#forget(root);
    return true;
  }

  result(): StateResult {
    for (const chunk of this.#builder.end()) this.#run(chunk);
    const { damaged } = this.#check;
    return {
      position: this.#position,
      states: [...this.#states.values()],
      ...(this.#divergence ? { divergence: this.#divergence } : {}),
      ...(damaged && !this.#isThere ? { damaged } : {}),
    };
  }

  /** The line ends the step of its root, or is a part of it. False when no step is open any more. */
  #complete(line: RecordedLine): boolean {
    if (beginsProcess(line)) return false;
    const root = rootOf(line) ?? '';
    this.#run(this.#builder.feed(line));
    if (partOf(line) === 'trigger') this.#builder.drop(root);
    return [...this.#builder.open].length > 0;
  }

  #run(chunk: Chunk | undefined): void {
    if (chunk === undefined) return;
    const mismatch = this.#roots.run(chunk);
    if (mismatch === undefined) return;
    this.#forget(chunk.root);
    // What is told of a step behind the place is none of its business.
    if (mismatch.line.position <= this.#position) this.#diverge(chunk, mismatch);
  }

  #diverge({ root, trigger, lines, end }: Chunk, { line, ...rest }: Mismatch): void {
    if (this.#divergence !== undefined && this.#divergence.position <= line.position) return;
    const own = [trigger, ...lines, ...(end ? [end] : [])];
    const at = own.indexOf(line);
    const around = own.slice(Math.max(0, at - AROUND), at + AROUND + 1).map(aroundLine);
    this.#divergence = { root, position: line.position, file: line.file, line: line.line, ...rest, around };
  }

  #endProcess(): void {
    for (const chunk of this.#builder.end()) this.#run(chunk);
    this.#roots.end();
    this.#states.clear();
  }

  #forget(root: string): void {
    for (const [key, state] of this.#states) if (state.root === root) this.#states.delete(key);
  }
}
