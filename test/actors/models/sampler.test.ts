import { describe, expect, it } from 'vitest';
import { createActor, type EventObject, fromPromise, setup, toPromise } from 'xstate';
import { createSamplerActor, type Sampler } from '../../../actors/models/sampler.ts';
import type { RunCommit, RunCommitted, RunRef, SampleEvent } from '../../../machines/ports.ts';
import { runMachine } from '../../../machines/run.ts';
import { inputOf } from './sampling.ts';

const usage = { promptTokens: 1, completionTokens: 1, totalTokens: 2 };
const FINISHED: SampleEvent = { type: 'sample.finished', stop: 'end', usage };
const input = inputOf({ model: 'demo/scripted' });

/** A parent that invokes the sampler and keeps what it is sent. */
function invoke(sampler: Sampler) {
  const events: EventObject[] = [];
  let settled: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    settled = resolve;
  });
  const machine = setup({ actors: { sampler: createSamplerActor(sampler) } }).createMachine({
    initial: 'sampling',
    states: {
      sampling: {
        invoke: { id: 'sampler', src: 'sampler', input },
        on: {
          stop: 'idle',
          'sample.*': {
            actions: ({ event }) => {
              events.push(event);
              if (event.type === 'sample.finished' || event.type === 'sample.failed') settled();
            },
          },
        },
      },
      idle: {},
    },
  });
  const actor = createActor(machine).start();
  return { events, ended, actor };
}

/** Lets everything that is already due happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the sampler as an actor', () => {
  it('MODEL-1 sends each event to its parent, in order', async () => {
    const { events, ended } = invoke(async (_, emit) => {
      emit({ type: 'sample.text', text: 'a' });
      await settle();
      emit({ type: 'sample.text', text: 'b' });
      emit(FINISHED);
    });
    await ended;
    expect(events).toEqual([
      { type: 'sample.text', text: 'a' },
      { type: 'sample.text', text: 'b' },
      FINISHED,
    ]);
  });

  it('sends nothing while the parent is still in the transition that started it', async () => {
    const { events, ended } = invoke(async (_, emit) => emit(FINISHED));
    expect(events).toEqual([]);
    await ended;
    expect(events).toEqual([FINISHED]);
  });

  it('MODEL-2 sends nothing after the end', async () => {
    const { events } = invoke(async (_, emit) => {
      emit({ type: 'sample.failed', message: 'no', retryable: true });
      emit({ type: 'sample.text', text: 'late' });
      emit(FINISHED);
      throw new Error('later still');
    });
    await settle();
    expect(events).toEqual([{ type: 'sample.failed', message: 'no', retryable: true }]);
  });

  it('MODEL-3 aborts the step when it is stopped, and sends nothing more', async () => {
    let signal: AbortSignal | undefined;
    const { events, actor } = invoke(async (_, emit, given) => {
      signal = given;
      await new Promise((resolve) => given.addEventListener('abort', resolve));
      emit({ type: 'sample.text', text: 'late' });
    });
    await settle();
    expect(signal?.aborted).toBe(false);
    actor.send({ type: 'stop' });
    expect(signal?.aborted).toBe(true);
    await settle();
    expect(events).toEqual([]);
  });

  it('MODEL-3 begins nothing when it is stopped at once', async () => {
    let begun = false;
    const { actor } = invoke(async () => {
      begun = true;
    });
    actor.send({ type: 'stop' });
    await settle();
    expect(begun).toBe(false);
  });

  it.each([
    ['a rejection', async () => Promise.reject(new TypeError('key sk-secret at http://me:pass@host'))],
    [
      'an exception',
      () => {
        throw new TypeError('key sk-secret at http://me:pass@host');
      },
    ],
  ])('MODEL-4 turns %s into a failure that tells its place and no secret', async (_, sampler: Sampler) => {
    const { events, ended } = invoke(sampler);
    await ended;
    expect(events).toMatchObject([{ type: 'sample.failed', retryable: false }]);
    const [{ message }] = events as unknown as [{ message: string }];
    expect(message).toMatch(/^The hub could not run the model step: TypeError at sampler\.test\.ts:\d+\.$/);
  });

  it('MODEL-4 turns something else that was thrown into a failure', async () => {
    const { events, ended } = invoke(() => Promise.reject('sk-secret'));
    await ended;
    expect(events).toEqual([
      {
        type: 'sample.failed',
        message: 'The hub could not run the model step: something was thrown that is not an error.',
        retryable: false,
      },
    ]);
  });

  it('MODEL-4 ends a step whose sampler ends without an answer', async () => {
    const { events, ended } = invoke(async () => undefined);
    await ended;
    expect(events).toEqual([
      {
        type: 'sample.failed',
        message: 'The hub could not run the model step: it ended without an answer.',
        retryable: false,
      },
    ]);
  });

  it('fits the run machine, which names its prompt', async () => {
    const prompts: Record<string, string> = { 'run-1': 'hello' };
    const sampler = createSamplerActor<RunRef>(async ({ runId }, emit) => {
      emit({ type: 'sample.text', text: prompts[runId] ?? '' });
      emit(FINISHED);
    });
    const commitRun = fromPromise<RunCommitted, RunCommit>(async () => ({ ok: true }));
    const run = createActor(runMachine.provide({ actors: { sampler, commitRun } }), {
      input: { runId: 'run-1' },
    });
    const said: SampleEvent[] = [];
    run.on('said', ({ event }) => said.push(event));
    run.start();
    expect(await toPromise(run)).toMatchObject({ end: { outcome: 'completed', stop: 'end' } });
    expect(said).toContainEqual({ type: 'sample.text', text: 'hello' });
  });
});
