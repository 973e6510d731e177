import type { LogEntry } from '../../src/log/reader.ts';
import {
  type ActorState,
  createReplay,
  type Move,
  type Replay,
  type Step,
} from '../../src/replay/create-replay.ts';
import type { RecordedLine } from '../../src/replay/recorded-line.ts';
import { describeMachine, type MachineShape } from '../layout/describe-machine.ts';
import { machineList } from '../layout/machine-list.ts';

/** A change of one actor. */
export interface ActorMove extends Move {
  /** Lines that were gone through when it had happened, that of its cause among them. */
  position: number;
}

/**
 * A recording in which one can go anywhere at once: the machines run through it a single time when it is opened, and
 * all that follows is looking back.
 */
export class Recording {
  readonly lines: readonly RecordedLine[];
  readonly divergences: { position: number; reason: string }[] = [];
  /** The last position at which anything but the host lives, else the end: what there is to look at first. */
  readonly lastAlive: number;
  #lastAlive = 0;
  #alive = 0;
  readonly #replay: Replay;
  readonly #moves = new Map<string, ActorMove[]>();
  readonly #machines = new Map<string, string>();
  readonly #shapes = new Map(machineList.map(({ machine }) => [machine.id, describeMachine(machine)]));

  constructor(entries: Iterable<LogEntry>) {
    this.#replay = createReplay(entries);
    this.lines = this.#replay.lines;
    for (let step = this.#replay.next(); step !== null; step = this.#replay.next()) this.#note(step);
    this.lastAlive = this.#lastAlive || this.lines.length;
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

  #note({ line, root, divergence, moves }: Step): void {
    const { position } = this.#replay;
    if (divergence) this.divergences.push({ position, reason: divergence.reason });
    if (line.verb === 'open' && root !== null) this.#machines.set(root, String(line.json.machine));
    for (const { from, to, root: of } of moves)
      if (of !== 'host') this.#alive += Number(from === null) - Number(to === null);
    if (this.#alive > 0) this.#lastAlive = position;
    for (const move of moves) {
      if (JSON.stringify(move.from) === JSON.stringify(move.to)) continue;
      const key = keyOf(move.root, move.path);
      const known = this.#moves.get(key) ?? [];
      this.#moves.set(key, known);
      known.push({ ...move, position });
    }
  }
}

const keyOf = (root: string, path: string): string => `${root} ${path}`;
