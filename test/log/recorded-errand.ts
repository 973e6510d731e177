import { onTestFinished } from 'vitest';
import { type AnyStateMachine, createActor, fromCallback, fromPromise } from 'xstate';
import { type RecordOptions, recordRoot } from '../../src/log/recorder.ts';
import { type ErrandEvent, errand, type ModelCommand } from './errand-machine.ts';
import { brief, type MemoryLog, memoryLog } from './memory-log.ts';
import { labelOf } from './mini-replay.ts';

export interface World {
  /** What the store says; never settles when absent. */
  store?: () => Promise<{ ok: boolean; reason: string }>;
  model?: (
    say: (event: ErrandEvent) => void,
    heed: (listener: (command: ModelCommand) => void) => void,
  ) => void;
  bell?: (say: (event: { type: 'bell.ready' } | { type: 'bell.rang' }) => void) => void;
}

/** The errand machine with effects of this world. */
export function provided(world: World): AnyStateMachine {
  const never = () => new Promise<never>(() => {});
  const worker = errand.implementations.actors.worker as AnyStateMachine;
  return errand.provide({
    actors: {
      store: fromPromise(world.store ?? never),
      model: fromCallback<ModelCommand>(({ sendBack, receive }) => world.model?.(sendBack, receive)),
      worker: worker.provide({
        actors: { bell: fromCallback(({ sendBack }) => world.bell?.(sendBack)) },
      } as never) as never,
    },
  } as never) as AnyStateMachine;
}

/** An errand that is recorded; it is stopped when the test ends. */
export function recorded(
  machine: AnyStateMachine,
  options: Partial<RecordOptions> = {},
  log: MemoryLog = memoryLog(),
) {
  const recorder = recordRoot(log, { root: 'errand:1', labelOf, ...options });
  const actor = createActor(machine, {
    inspect: recorder.inspect,
    clock: recorder.clock,
    input: { name: 'one' },
  });
  actor.subscribe({ error: () => recorder.close() });
  onTestFinished(() => void actor.stop());
  return { log, recorder, actor, said: () => log.lines().map(brief) };
}

/** A store that says yes. */
export const ok = () => Promise.resolve({ ok: true, reason: '' });

/** No timer ever fires. */
export const silentClock = { setTimeout: () => 0, clearTimeout: () => {} };
