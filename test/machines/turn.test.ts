import { describe, expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { type TurnContext, turnMachine } from '../../machines/turn.ts';
import { assertEverywhere, type Explored, type ExploredState, mutantOf } from './explore.ts';
import { follow, is, storeWrites, timePasses, toldBy } from './walks.ts';
import { cancel, recoveredAt, walk, walks } from './worlds/turn.ts';

type State = ExploredState<AnyStateMachine>;

const contextOf = (state: State) => state.snapshot.context as TurnContext;
const isAt = (state: State, value: string) => state.snapshot.matches(value as never);
const isActive = (state: State) => state.snapshot.status === 'active';

/** The store writes, the hub answers, tools end when they are told to. */
const goodWorld = [storeWrites, is('xstate.done.actor.batch'), timePasses];

const LOOP_TAGS = [
  'SENDING_API_REQUEST',
  'WAITING_FOR_API_RESPONSE',
  'RETRYING_API_REQUEST',
  'PROCESSING_API_RESPONSE',
  'EXECUTING_CLIENT_SIDE_TOOL',
  'WAITING_ON_APPROVAL',
];

/** Before it has a name nobody can name it; while it is given back or its end is written there is nothing to end. */
const cannotBeCancelled = (state: State) =>
  isAt(state, 'opening') || isAt(state, 'givingBack') || isAt(state, 'finishing');

function cancelIsObeyed(explored: Explored<AnyStateMachine>): void {
  assertEverywhere(explored, 'a cancel leads to the end, and to no further step', (state) => {
    if (!isActive(state) || cannotBeCancelled(state)) return true;
    const edge = state.edges.find(({ event }) => event === cancel);
    if (!edge) return false;
    const end = follow(explored, explored.at(edge.to), goodWorld);
    const faulty = isAt(state, 'cancelling') && contextOf(state).error !== null;
    return (
      isAt(end, 'finished') &&
      (faulty || contextOf(end).stopReason === 'cancelled') &&
      explored.reachableFrom(edge.to).every((later) => !isAt(later, 'sampling'))
    );
  });
}

function oneLoopTag(explored: Explored<AnyStateMachine>): void {
  assertEverywhere(explored, 'one loop status while it works, none else', ({ snapshot }) => {
    const tags = LOOP_TAGS.filter((tag) => snapshot.hasTag(tag as never));
    return tags.length === (snapshot.hasTag('processing') && !snapshot.hasTag('parked') ? 1 : 0);
  });
}

describe('a turn, explored', () => {
  const all = walks(turnMachine);

  test('takes every transition it declares and never dies', () => {
    const untaken = all.map((explored) => new Set(explored.untaken()));
    const never = [...(untaken[0] ?? [])].filter((one) => untaken.every((set) => set.has(one)));
    expect(never).toEqual([]);
    for (const explored of all)
      assertEverywhere(explored, 'no error', ({ snapshot }) => snapshot.status !== 'error');
    expect(all.flatMap(({ states }) => states).length).toBeGreaterThan(200);
  });

  test('D12 a cancel is obeyed at every moment, in every wait', () => {
    for (const explored of all) cancelIsObeyed(explored);
  });

  test('the check bites: a wait for the provider that is deaf to a cancel is caught', () => {
    const mutant = mutantOf(turnMachine, (config) => {
      delete config.states.retrying.on;
    });
    expect(() => cancelIsObeyed(walk(mutant, null))).toThrow(/reached by .* -> step.failed$/);
  });

  test('the check bites: a turn that goes on after its tools were stopped is caught', () => {
    const mutant = mutantOf(turnMachine, (config) => {
      config.states.tools.invoke.onDone = { target: 'openingStep' };
    });
    expect(() => cancelIsObeyed(walk(mutant, recoveredAt('calls')))).toThrow('no further step');
  });

  test('TURN-1 while a turn works it has exactly one loop status; parked, ending or over it has none', () => {
    for (const explored of all) oneLoopTag(explored);
  });

  test('the check bites: a state without its tag is caught', () => {
    const mutant = mutantOf(turnMachine, (config) => {
      delete config.states.sampling.states.waiting.tags;
    });
    expect(() => oneLoopTag(walk(mutant, null))).toThrow('one loop status');
  });

  test('each actor lives exactly in its state', () => {
    for (const explored of all)
      assertEverywhere(explored, 'actors', (state) => {
        const { children } = state.snapshot;
        return (
          (children.model !== undefined) === isAt(state, 'sampling') &&
          (children.batch !== undefined) === isAt(state, 'tools') &&
          (children.classify !== undefined) === isAt(state, 'classifying') &&
          (children.cancelRun !== undefined) === state.snapshot.matches({ cancelling: 'asking' } as never)
        );
      });
  });

  test('TURN-2 D16 the end of a turn is told once, after its error', () => {
    for (const explored of all)
      assertEverywhere(explored, 'told once, in order', (state) =>
        state.edges.every(({ event, to }) => {
          // That nothing else tells of an end is looked at in one of the walks: they all pass the same states.
          if (to === state.key || (explored !== all[0] && !isAt(explored.at(to), 'finished'))) return true;
          const told = toldBy(turnMachine, state.snapshot, event).map(({ event }) =>
            event.type === 'outbox.delta'
              ? (event.delta as { message_type: string }).message_type
              : event.type,
          );
          const end = told.filter((one) => one === 'outbox.turnFinished' || one === 'loop_error');
          const finished = isAt(explored.at(to), 'finished') && isActive(state);
          if (!finished) return end.length === 0;
          const error = contextOf(explored.at(to)).error !== null;
          return (
            JSON.stringify(end) ===
            JSON.stringify(error ? ['loop_error', 'outbox.turnFinished'] : ['outbox.turnFinished'])
          );
        }),
      );
  });

  test('TURN-3 a turn has an error exactly when it failed; what was tried again with success is none', () => {
    for (const explored of all)
      assertEverywhere(explored, 'error and stop reason agree', (state) => {
        const { error, stopReason } = contextOf(state);
        return (
          !isAt(state, 'finished') || (error !== null) === ['error', 'llm_api_error'].includes(stopReason)
        );
      });
  });

  test('TURN-4 a chunk is shown while the model answers, and at no other time', () => {
    for (const explored of all)
      assertEverywhere(explored, 'chunks', (state) =>
        state.edges.every(({ event, to }) => {
          if (event.type !== 'step.chunks') return true;
          const shown = toldBy(turnMachine, state.snapshot, event).some(
            ({ event }) => event.type === 'outbox.chunks',
          );
          return shown === (isAt(state, 'sampling') && isAt(explored.at(to), 'sampling'));
        }),
      );
  });

  test('TURN-5 no call is handled before the end of its step is on disk', () => {
    const fresh = walk(turnMachine, null);
    assertEverywhere(fresh, 'recorded first', (state) =>
      state.edges.every(({ event, to }) => {
        const after = fresh.at(to);
        if (!isAt(after, 'classifying') || isAt(state, 'classifying')) return true;
        return isAt(state, 'recordingStep') && storeWrites(event);
      }),
    );
    for (const explored of all)
      assertEverywhere(explored, 'classified first', (state) =>
        state.edges.every(
          ({ event, to }) =>
            isAt(state, 'tools') ||
            !isAt(explored.at(to), 'tools') ||
            event.type === 'xstate.done.actor.classify',
        ),
      );
  });

  test('TURN-6 three failures of the provider are tried again, a fourth ends the turn', () => {
    for (const explored of all)
      assertEverywhere(explored, 'at most three', (state) => {
        if (contextOf(state).attempt > 3) return false;
        if (!isAt(state, 'sampling')) return true;
        return state.edges.every(
          ({ event, to }) =>
            event.type !== 'step.failed' ||
            event.cause !== 'provider' ||
            (event.retryable === true && contextOf(state).attempt < 3) === isAt(explored.at(to), 'retrying'),
        );
      });
  });

  test('TURN-7 TURN-16 a hub that is out of reach, busy or was interrupted counts as no attempt and ends nothing', () => {
    for (const explored of all)
      assertEverywhere(explored, 'no attempt', (state) =>
        state.edges.every(({ event, to }) => {
          if (!isAt(state, 'sampling') || event.type !== 'step.failed') return true;
          const after = explored.at(to);
          if (event.cause === 'hub')
            return isAt(after, 'waitingForHub') && contextOf(after).attempt === contextOf(state).attempt;
          if (event.cause === 'busy')
            return isAt(after, 'busyElsewhere') && contextOf(after).attempt === contextOf(state).attempt;
          if (event.cause === 'interrupted')
            return isAt(after, 'sampling') && contextOf(after).attempt === contextOf(state).attempt;
          return true;
        }),
      );
  });

  test('TURN-8 a turn that ended through a fault of the host tells the hub, which frees the conversation', () => {
    for (const explored of all)
      assertEverywhere(explored, 'the hub is told', (state) =>
        state.edges.every(({ event, to }) => {
          const broken = ['model', 'classify', 'batch'].some(
            (id) => event.type === `xstate.error.actor.${id}`,
          );
          return !broken || isAt(explored.at(to), 'cancelling');
        }),
      );
  });

  test('an input is given back only while another environment holds the conversation', () => {
    for (const explored of all)
      assertEverywhere(explored, 'parked only', (state) =>
        state.edges.every(
          ({ to }) =>
            !isAt(explored.at(to), 'givingBack') ||
            isAt(state, 'givingBack') ||
            state.snapshot.hasTag('parked'),
        ),
      );
  });

  test('from everywhere it can still end', () => {
    for (const explored of all)
      assertEverywhere(explored, 'an end is in reach', ({ key }) =>
        explored.reachableFrom(key).some((later) => later.snapshot.status === 'done'),
      );
  });
});
