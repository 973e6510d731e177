import type { LogEntry } from '../../src/log/reader.ts';
import {
  type ActorState,
  createLiveReplay,
  type LiveReplay,
  type Move,
  type Step,
} from '../../src/replay/create-replay.ts';
import type { RecordedLine } from '../../src/replay/recorded-line.ts';
import { describeMachine, type MachineShape } from '../layout/describe-machine.ts';
import { machineList } from '../layout/machine-list.ts';
import { Lanes } from './lanes.ts';
import { LineTimes } from './line-times.ts';

/** A change of one actor. */
export interface ActorMove extends Move {
  /** Lines that were gone through when it had happened, that of its cause among them. */
  position: number;
}

/**
 * A recording in which one can go anywhere at once: the machines run through each line a single time when it comes, and
 * all that follows is looking back.
 */
export class Recording {
  readonly divergences: { position: number; reason: string }[] = [];
  readonly #replay: LiveReplay = createLiveReplay();
  readonly #moves = new Map<string, ActorMove[]>();
  /** Where effects were started. */
  readonly #starts = new Map<string, number[]>();
  readonly #machines = new Map<string, string>();
  readonly #shapes = new Map(machineList.map(({ machine }) => [machine.id, describeMachine(machine)]));
  readonly #lanes = new Map<string, Lanes>();
  readonly #times = new LineTimes();
  /** The positions of each root's lines. */
  readonly #byRoot = new Map<string, number[]>();
  readonly #byPosition: number[] = [];
  #noted = 0;
  #lastAlive = 0;
  #alive = 0;

  /** Of a recording that is there as a whole. */
  static of(entries: Iterable<LogEntry>): Recording {
    const recording = new Recording();
    recording.push(entries);
    recording.end();
    return recording;
  }

  /** Takes the next lines. */
  push(entries: Iterable<LogEntry>): void {
    this.#replay.push(entries);
    this.#run();
  }

  /** What no line came for since the last time is whole. */
  settle(): void {
    this.#replay.settle();
    this.#run();
  }

  /** Something came too late to be shown as it was; only a new recording can. */
  get isLate(): boolean {
    return this.#replay.isLate;
  }

  /** No more lines come. */
  end(): void {
    this.#replay.end();
    this.#run();
  }

  /** All that can be stepped through; it only grows. */
  get lines(): readonly RecordedLine[] {
    return this.#replay.lines;
  }

  /** The last position at which more lives than the host and its connection, else the end: what to look at first. */
  get lastAlive(): number {
    return this.#lastAlive || this.lines.length;
  }

  get damaged(): { line: number; reason: string } | undefined {
    return this.#replay.damaged;
  }

  /** The actors that live when `position` lines have been gone through. */
  actorsAt(position: number): ActorState[] {
    this.#replay.seek(position);
    return this.#replay.states();
  }

  /** The last change of an actor up to a position. */
  lastMove(root: string, path: string, position: number): ActorMove | undefined {
    return this.#moves.get(keyOf(root, path))?.findLast((move) => move.position <= position);
  }

  /** Since when an actor is as it is: the position of the line that brought it there. */
  sinceOf({ root, path, kind }: Pick<ActorState, 'root' | 'path' | 'kind'>, position: number): number {
    if (kind === 'machine') return this.lastMove(root, path, position)?.position ?? 0;
    return this.#starts.get(keyOf(root, path))?.findLast((at) => at <= position) ?? 0;
  }

  /** When the line was written that was gone through last; epoch milliseconds, NaN before the first. */
  timeAt(position: number): number {
    const line = this.lines[position - 1];
    return line ? this.#times.of(line, position - 1) : Number.NaN;
  }

  /** How many lines have been gone through with the one that has this number over everything that was read. */
  positionOf(linePosition: number): number {
    return this.#byPosition[linePosition] ?? 0;
  }

  /** The positions at which the lines of a root have been gone through, in order. */
  positionsOf(root: string): readonly number[] {
    return this.#byRoot.get(root) ?? [];
  }

  lanesOf(root: string): Lanes {
    const known = this.#lanes.get(root) ?? new Lanes();
    this.#lanes.set(root, known);
    return known;
  }

  /** The machine of an actor; undefined for an effect, and for what this version has no machine of. */
  shapeOf({
    kind,
    root,
    path,
    src,
  }: Pick<ActorState, 'kind' | 'root' | 'path' | 'src'>): MachineShape | undefined {
    if (kind !== 'machine') return undefined;
    return this.#shapes.get(path === '.' ? (this.#machines.get(root) ?? '') : src);
  }

  #run(): void {
    this.#replay.seek(this.#noted);
    for (let step = this.#replay.next(); step !== null; step = this.#replay.next()) this.#note(step);
  }

  #note({ line, root, divergence, moves }: Step): void {
    const { position } = this.#replay;
    this.#noted = position;
    this.#byPosition[line.position] = position;
    this.#times.note(line, position - 1);
    if (root !== null) {
      this.lanesOf(root).note(line, position);
      keep(this.#byRoot, root, position);
    }
    for (const move of moves) if (move.to === null) this.lanesOf(move.root).gone(move.path);
    if (divergence) this.divergences.push({ position, reason: divergence.reason });
    if (line.verb === 'open' && root !== null) this.#machines.set(root, String(line.json.machine));
    if (line.verb === 'run' && root !== null)
      keep(this.#starts, keyOf(root, String(line.json.path)), position);
    for (const { from, to, root: of } of moves)
      if (of !== 'host' && of !== 'connection') this.#alive += Number(from === null) - Number(to === null);
    if (this.#alive > 0) this.#lastAlive = position;
    for (const move of moves)
      if (JSON.stringify(move.from) !== JSON.stringify(move.to))
        keep(this.#moves, keyOf(move.root, move.path), { ...move, position });
  }
}

const keyOf = (root: string, path: string): string => `${root} ${path}`;

function keep<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
