import { describe, expect, test } from 'vitest';
import {
  type AnyStateMachine,
  createActor,
  type EventObject,
  fromCallback,
  fromPromise,
  waitFor,
} from 'xstate';
import type { RunCommit, RunCommitted, RunRef, SampleEvent } from '../../machines/ports.ts';
import { type RunContext, type RunEvent, runMachine } from '../../machines/run.ts';
import {
  assertEverywhere,
  childDone,
  childFailed,
  type ExploredState,
  explore,
  mutantOf,
} from './explore.ts';

const usage = { promptTokens: 1, completionTokens: 1, totalTokens: 2 };
const events = [
  { type: 'sample.text', text: 'a' },
  { type: 'sample.reasoning', text: 'a' },
  { type: 'sample.callStarted', index: 0, providerId: 'p', name: 'Bash' },
  { type: 'sample.callArguments', index: 0, text: '{' },
  { type: 'sample.callEnded', index: 0, providerId: 'p', name: 'Bash', arguments: '{}' },
  { type: 'sample.finished', stop: 'end', usage },
  { type: 'sample.finished', stop: 'calls', usage },
  { type: 'sample.finished', stop: 'length', usage },
  { type: 'sample.finished', stop: 'refused', usage },
  { type: 'sample.failed', message: 'overloaded', retryable: true, status: 503 },
  { type: 'run.cancel' },
  { type: 'run.interrupt' },
  ...['begin', 'end', 'withdraw'].flatMap((id) => [
    childDone(id, { ok: true }),
    childDone(id, { ok: false, message: 'the disk is full' }),
    childFailed(id),
  ]),
  childFailed('sampler'),
];

const walk = (machine: AnyStateMachine) =>
  explore(machine, {
    input: { runId: 'run-1' },
    // A call ends after it started, and two of them stand for many.
    events: ({ context }: { context: RunContext }) =>
      events.filter(
        ({ type }) =>
          !(type === 'sample.callEnded' && context.ended >= context.started) &&
          !(type === 'sample.callStarted' && context.started >= 2),
      ),
    abstract: ({ context: { started, ended, end } }: { context: RunContext }) => [
      started,
      ended,
      end.outcome,
      end.outcome === 'failed' && end.failure.type,
    ],
  });

const FINALS = ['requiresApproval', 'completed', 'failed', 'cancelled'];
const contextOf = (state: ExploredState<AnyStateMachine>) => state.snapshot.context as RunContext;

/** From any state that is not final a cancel ends the run, and calls that nobody answers are not left behind. */
function cancelIsObeyed(explored: ReturnType<typeof walk>): void {
  assertEverywhere(explored, 'after a cancel, with a store that works, no calls are left open', (state) => {
    if (state.snapshot.status !== 'active' || state.snapshot.value === 'withdrawing') return true;
    const cancel = state.edges.find(({ event }) => event.type === 'run.cancel');
    let at = cancel ? explored.at(cancel.to) : null;
    while (at && at.snapshot.status === 'active') {
      const written = at.edges.find(
        ({ event }) => event.type.startsWith('xstate.done') && (event.output as RunCommitted).ok,
      );
      at = written ? explored.at(written.to) : null;
    }
    return at !== null && at.snapshot.value !== 'requiresApproval';
  });
}

describe('the run machine, explored', () => {
  const explored = walk(runMachine);

  test('takes every transition it declares and never dies', () => {
    expect(explored.untaken()).toEqual([]);
    assertEverywhere(explored, 'no error', ({ snapshot }) => snapshot.status !== 'error');
    expect(explored.states.length).toBeGreaterThan(30);
  });

  test('can end from everywhere', () => {
    assertEverywhere(explored, 'an end can be reached', ({ key }) =>
      explored.reachableFrom(key).some(({ snapshot }) => snapshot.status === 'done'),
    );
  });

  test('asks the model exactly while it streams', () => {
    assertEverywhere(
      explored,
      'sampler exactly in streaming',
      ({ snapshot }) => (snapshot.children.sampler !== undefined) === snapshot.matches('streaming'),
    );
  });

  test('RUN-14 says the end it wrote, and asks for approval exactly when every call it began is whole', () => {
    assertEverywhere(explored, 'the final state is the end', (state) => {
      if (state.snapshot.status !== 'done') return true;
      return (
        FINALS.includes(state.snapshot.value as string) &&
        (state.snapshot.value === contextOf(state).end.outcome ||
          (state.snapshot.value === 'requiresApproval' &&
            contextOf(state).end.outcome === 'requiresApproval'))
      );
    });
    assertEverywhere(explored, 'calls are whole', (state) => {
      const { started, ended, end } = contextOf(state);
      return end.outcome !== 'requiresApproval' || (ended > 0 && started === ended);
    });
  });

  test('RUN-13 obeys a cancel at every moment', () => cancelIsObeyed(explored));

  test('is watched by checks that bite: a cancel forgotten while the end is written is found', () => {
    const mutant = mutantOf(runMachine, (config) => {
      delete config.states.settling.states.writing.on;
    });
    expect(() => cancelIsObeyed(walk(mutant))).toThrow(
      /reached by sample.callStarted -> sample.callEnded -> sample.finished$/,
    );
  });
});

describe('the run machine, live', () => {
  type Say = (event: SampleEvent) => void;

  function start(commit: (input: RunCommit) => Promise<RunCommitted>) {
    let say: Say = () => {};
    let stopped = false;
    const actor = createActor(
      runMachine.provide({
        actors: {
          sampler: fromCallback<EventObject, RunRef>(({ sendBack }) => {
            say = sendBack as Say;
            return () => {
              stopped = true;
            };
          }),
          commitRun: fromPromise(({ input }) => commit(input)),
        },
      }),
      { input: { runId: 'run-1' } },
    );
    const told: string[] = [];
    actor.on('*', (emitted) => {
      told.push(emitted.type === 'said' ? emitted.event.type : emitted.type);
    });
    actor.start();
    return { actor, told, say: (event: SampleEvent) => say(event), stopped: () => stopped };
  }
  const ended = async (actor: ReturnType<typeof start>['actor']) => {
    const { output, value } = await waitFor(actor, ({ status }) => status === 'done');
    return { value, end: output?.end };
  };

  test('tells what is said in order and writes the end once', async () => {
    const written: RunCommit[] = [];
    const { actor, told, say } = start(async (input) => {
      written.push(input);
      return { ok: true };
    });
    say({ type: 'sample.text', text: 'a' });
    await waitFor(actor, (snapshot) => snapshot.matches({ streaming: 'open' }));
    say({ type: 'sample.text', text: 'b' });
    say({ type: 'sample.finished', stop: 'end', usage });
    expect(await ended(actor)).toEqual({
      value: 'completed',
      end: { outcome: 'completed', stop: 'end', usage },
    });
    expect(told).toEqual(['sample.text', 'opened', 'sample.text']);
    expect(written.map(({ step }) => step)).toEqual(['begin', 'end']);
  });

  test('a start that cannot be written fails the run and stops the model', async () => {
    const { actor, stopped } = start(async () => ({ ok: false, message: 'the disk is full' }));
    expect(await ended(actor)).toMatchObject({
      value: 'failed',
      end: { failure: { type: 'store_error', message: 'the disk is full', retryable: true } },
    });
    expect(stopped()).toBe(true);
  });

  test('a cancel stops the model at once, and nothing is said after it', async () => {
    const { actor, told, say, stopped } = start(async () => ({ ok: true }));
    actor.send({ type: 'run.cancel' } satisfies RunEvent);
    expect(stopped()).toBe(true);
    say({ type: 'sample.text', text: 'too late' });
    expect(await ended(actor)).toEqual({ value: 'cancelled', end: { outcome: 'cancelled' } });
    expect(told).toEqual([]);
  });

  test('a failure of the model keeps what the provider said about trying again', async () => {
    const { actor, say } = start(async () => ({ ok: true }));
    say({ type: 'sample.failed', message: 'overloaded', retryable: true, status: 503, retryAfterMs: 700 });
    expect(await ended(actor)).toEqual({
      value: 'failed',
      end: {
        outcome: 'failed',
        failure: {
          type: 'llm_error',
          message: 'overloaded',
          retryable: true,
          status: 503,
          retryAfterMs: 700,
        },
      },
    });
  });
});
