import { expect, it, onTestFinished, vi } from 'vitest';
import { type AnyStateMachine, createActor, fromCallback, fromPromise } from 'xstate';
import type { RunCommit, RunCommitted } from '../../machines/ports.ts';
import { runMachine } from '../../machines/run.ts';
import { recordRoot } from '../../src/log/recorder.ts';
import type { MachineTable } from '../../src/replay/machine-table.ts';
import { errand } from '../log/errand-machine.ts';
import { memoryLog } from '../log/memory-log.ts';
import { ok, provided, recorded, silentClock, type World } from '../log/recorded-errand.ts';
import { replayText } from './golden.ts';

const machines: MachineTable = new Map([['errand', errand as AnyStateMachine]]);

/** What an errand in this world wrote, from its start until it is idle again after `drive`. */
async function recording(
  world: World,
  drive: (actor: ReturnType<typeof recorded>['actor']) => Promise<void>,
) {
  const log = memoryLog();
  const { actor } = recorded(provided(world), { clock: silentClock }, log);
  onTestFinished(() => void actor.stop());
  actor.start();
  await drive(actor);
  log.close();
  return `${log.texts.join('\n')}\n`;
}

it('REPLAY-17 what an effect says as it is started comes in at its place', async () => {
  const world: World = {
    store: ok,
    bell: (say) => {
      say({ type: 'bell.ready' });
      say({ type: 'bell.rang' });
    },
  };
  const text = await recording(world, async (actor) => {
    actor.send({ type: 'errand.start', what: 'tea' });
    await vi.waitFor(() => expect(actor.getSnapshot().value).toBe('working'));
  });
  expect(text.match(/"nested":true/g)).toHaveLength(2);
  expect(text).toContain('bell.hush');
  expect(replayText(text, { machines })).toMatchObject({ ok: true, roots: 1 });
});

it('REPLAY-17 what an effect answers at once, and what a listener sends back, come in at their places', async () => {
  const world: World = {
    store: ok,
    model: (say, heed) => {
      heed(() => say({ type: 'model.stopped' }));
      setImmediate(() => say({ type: 'model.said', text: 'a' }));
    },
  };
  const text = await recording(world, async (actor) => {
    actor.on('errand.heard', ({ n }: { n: number }) => actor.send({ type: 'errand.noticed', n }));
    actor.send({ type: 'errand.start', what: 'tea' });
    await vi.waitFor(() => expect(actor.getSnapshot().context.heard).toHaveLength(2));
    actor.send({ type: 'errand.cancel' });
    expect(actor.getSnapshot().value).toBe('idle');
  });
  expect(text.match(/"nested":true/g)).toHaveLength(2);
  expect(replayText(text, { machines })).toMatchObject({ ok: true });
});

it('REPLAY-17 what is sent to a root as it ends does nothing again', async () => {
  const text = await recording({}, async (actor) => {
    actor.subscribe({ complete: () => actor.send({ type: 'errand.noticed', n: 1 }) });
    actor.send({ type: 'errand.quit' });
  });
  expect(text).toContain('errand.noticed');
  expect(replayText(text, { machines })).toMatchObject({ ok: true });
});

it('REPLAY-1 an effect that failed fails with an Error again', async () => {
  const log = memoryLog();
  const recorder = recordRoot(log, { root: 'run:1', labelOf: () => 'store' });
  const commitRun = fromPromise<RunCommitted, RunCommit>(({ input }) =>
    input.step === 'begin' ? Promise.reject(new TypeError('no store')) : Promise.resolve({ ok: true }),
  );
  const machine = runMachine.provide({ actors: { sampler: fromCallback(() => {}), commitRun } });
  const actor = createActor(machine, { ...recorder, input: { runId: 'run-1' } });
  actor.start();
  await vi.waitFor(() => expect(actor.getSnapshot().status).toBe('done'));
  // The machine asks whether it is an Error, and tells of its name.
  expect(log.texts.join('\n')).toContain('TypeError was thrown');
  expect(replayText(`${log.texts.join('\n')}\n`)).toMatchObject({ ok: true, roots: 1 });
});

it('REPLAY-1 a machine that dies dies again, and what it leaves is stopped as it was', async () => {
  const fragile = errand.provide({
    actions: {
      hear: () => {
        throw new Error('too loud');
      },
    },
  }) as AnyStateMachine;
  const log = memoryLog();
  const world: World = { store: ok };
  const withEffects = provided(world).provide({ actions: fragile.implementations.actions as never });
  const { actor } = recorded(withEffects as AnyStateMachine, { clock: silentClock }, log);
  actor.start();
  actor.send({ type: 'errand.start', what: 'tea' });
  await vi.waitFor(() => expect(actor.getSnapshot().value).toBe('working'));
  actor.send({ type: 'errand.noticed', n: 1 });
  expect(log.texts.at(-1)).toContain('"status":"error"');
  const text = `${log.texts.join('\n')}\n`;
  expect(replayText(text, { machines: new Map([['errand', fragile]]) })).toMatchObject({ ok: true });
  expect(replayText(text, { machines }).divergence?.reason).toContain('this does not happen any more');
});
