import type { AnyStateMachine, InspectionEvent } from 'xstate';
import type { JsonObject } from '../../machines/ports.ts';
import type { Chunk } from './chunks.ts';
import type { Mismatch, Said } from './expectation.ts';
import { type MachineTable, machineTable } from './machine-table.ts';
import { withPuppets } from './puppets.ts';
import type { RecordedLine } from './recorded-line.ts';
import { type LiveActor, RootReplay } from './root-replay.ts';

export interface RootsReplayOptions {
  machines?: MachineTable | undefined;
  /** Which roots to run, by name and the JSON of their `open`; all when absent. */
  wants?: ((root: string, open: JsonObject) => boolean) | undefined;
  /** Told of each change of an actor, and of the step that made it; null when the actor is gone. */
  onChange?: ((root: string, path: string, actor: LiveActor | null, chunk: Chunk) => void) | undefined;
  /** Told instead of comparing; `instead` is the recorded line that this stands for. */
  onSaid?: ((said: Said, instead: RecordedLine | undefined, chunk: Chunk) => void) | undefined;
  /** Told of all that XState tells an inspector of a root. */
  onInspect?: ((root: string, event: InspectionEvent) => void) | undefined;
}

/** The roots that are alive at one place of a recording. */
export class RootsReplay {
  /** Roots that were run, each opening counted. */
  count = 0;
  /** Roots that could not be run, for reasons that say nothing about the machines. */
  readonly skipped: { root: string; reason: string }[] = [];
  readonly #options: RootsReplayOptions;
  readonly #machines: MachineTable;
  readonly #roots = new Map<string, RootReplay>();
  /** Those whose lines are passed over until they open again. */
  readonly #left = new Set<string>();
  #chunk: Chunk | undefined;

  constructor(options: RootsReplayOptions) {
    this.#options = options;
    this.#machines = options.machines ?? machineTable;
  }

  /** Replays one step. Returns what was not as it was, at most once for each opening of a root. */
  run(chunk: Chunk): Mismatch | undefined {
    this.#chunk = chunk;
    const { root, trigger } = chunk;
    if (trigger.verb === 'open') {
      const trouble = this.#open(root, trigger);
      if (trouble !== undefined) return trouble;
    }
    if (this.#left.has(root)) return undefined;
    const running = this.#roots.get(root);
    if (running === undefined) {
      this.skip(root, 'it was opened before what was read');
      return undefined;
    }
    const mismatch = running.run(chunk);
    if (mismatch !== undefined) this.#leave(root);
    else if (chunk.end !== undefined) this.#roots.delete(root);
    return mismatch;
  }

  skip(root: string, reason: string): void {
    this.#leave(root);
    this.skipped.push({ root, reason });
  }

  /** A root ended, or the process did: what it had is gone. */
  end(root?: string): void {
    const ending = root === undefined ? [...this.#roots.keys(), ...this.#left] : [root];
    for (const name of ending) {
      this.#roots.get(name)?.stop();
      this.#roots.delete(name);
      this.#left.delete(name);
    }
  }

  #open(root: string, trigger: RecordedLine): Mismatch | undefined {
    this.#roots.get(root)?.stop();
    this.#roots.delete(root);
    this.#left.delete(root);
    if (this.#options.wants?.(root, trigger.json) === false) {
      this.#left.add(root);
      return undefined;
    }
    const id = String(trigger.json.machine);
    const machine = this.#machines.get(id);
    if (machine === undefined) {
      this.#leave(root);
      return {
        line: trigger,
        reason: `there is no machine "${id}" in this version`,
        recorded: null,
        live: null,
      };
    }
    this.count += 1;
    this.#roots.set(root, this.#replayOf(root, machine, trigger));
    return undefined;
  }

  #replayOf(root: string, machine: AnyStateMachine, { json }: RecordedLine): RootReplay {
    const { onChange, onSaid, onInspect } = this.#options;
    return new RootReplay({
      machine: puppetsOf(machine),
      input: json.input,
      onChange: onChange && ((path, actor) => this.#chunk && onChange(root, path, actor, this.#chunk)),
      onSaid: onSaid && ((said, instead) => this.#chunk && onSaid(said, instead, this.#chunk)),
      onInspect: onInspect && ((event) => onInspect(root, event)),
    });
  }

  #leave(root: string): void {
    this.#roots.get(root)?.stop();
    this.#roots.delete(root);
    this.#left.add(root);
  }
}

/** Made once for each machine: to assemble one costs as much as a thousand steps. */
const assembled = new WeakMap<AnyStateMachine, AnyStateMachine>();

function puppetsOf(machine: AnyStateMachine): AnyStateMachine {
  const known = assembled.get(machine) ?? withPuppets(machine);
  assembled.set(machine, known);
  return known;
}
