import { describe, expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { type ToolCallContext, toolCallMachine } from '../../machines/tool-call.ts';
import { assertEverywhere, type Explored, type ExploredState, mutantOf } from './explore.ts';
import { follow, is, storeWrites, timePasses, toldBy } from './walks.ts';
import { walk, walks } from './worlds/tool-call.ts';

type State = ExploredState<AnyStateMachine>;

const contextOf = (state: State) => state.snapshot.context as ToolCallContext;
const isSettled = (state: State) => state.snapshot.value === 'settled';
/** Also when the time is up: until the denial is written a person may still be first. */
const isAsked = ({ snapshot }: Pick<State, 'snapshot'>): boolean =>
  snapshot.matches('awaitingApproval') || snapshot.matches('expired');
/** The tool is there and comes to its end once it is told to. */
const goodWorld = [storeWrites, is('tool.ended'), timePasses];
/** The tool is deaf: only the limit ends it. */
const deafTool = [storeWrites, timePasses];

function intentComesFirst(explored: Explored<AnyStateMachine>): void {
  assertEverywhere(explored, 'a call runs only after its intent is on disk', (state) =>
    state.edges.every(({ event, to }) => {
      if (state.snapshot.matches('running') || !explored.at(to).snapshot.matches('running')) return true;
      return event.type === 'xstate.done.actor.intent' && (event.output as { ok: boolean }).ok;
    }),
  );
}

function cancelSettles(explored: Explored<AnyStateMachine>): void {
  assertEverywhere(explored, 'a cancel settles the call', (state) => {
    if (state.snapshot.status !== 'active') return true;
    const cancel = state.edges.find(({ event }) => event.type === 'call.cancel');
    const after = cancel && explored.at(cancel.to);
    return [goodWorld, deafTool].every((world) => after && isSettled(follow(explored, after, world)));
  });
}

describe('a tool call, explored', () => {
  const all = walks(toolCallMachine);

  test('takes every transition it declares and never dies', () => {
    const untaken = all.map((explored) => new Set(explored.untaken()));
    const never = [...(untaken[0] ?? [])].filter((transition) => untaken.every((set) => set.has(transition)));
    expect(never).toEqual([]);
    for (const explored of all)
      assertEverywhere(explored, 'no error', ({ snapshot }) => snapshot.status !== 'error');
  });

  test('CALL-1 a tool runs exactly while its call is running, and only after the intent is on disk', () => {
    for (const explored of all) {
      assertEverywhere(
        explored,
        'runner exactly in running',
        ({ snapshot }) => (snapshot.children.runner !== undefined) === snapshot.matches('running'),
      );
      intentComesFirst(explored);
    }
  });

  test('the check bites: a call that starts although the store refused is caught', () => {
    const mutant = mutantOf(toolCallMachine, (config) => {
      delete config.states.starting.states.recording.invoke.onDone[0].guard;
    });
    expect(() => intentComesFirst(walk(mutant, 'allowed'))).toThrow(/reached by call.start$/);
  });

  test('CALL-2 a cancel settles a call at every moment, also when the tool is deaf', () => {
    for (const explored of all) cancelSettles(explored);
  });

  test('the check bites: a tool that is told to stop and not waited for with a limit is caught', () => {
    const mutant = mutantOf(toolCallMachine, (config) => {
      delete config.states.running.states.stopping.after;
    });
    expect(() => cancelSettles(walk(mutant, 'allowed'))).toThrow('a cancel settles the call');
  });

  test('CALL-3 a call is over only when its outcome is on disk', () => {
    for (const explored of all)
      assertEverywhere(explored, 'outcome first', (state) =>
        state.edges.every(
          ({ event, to }) =>
            !isSettled(explored.at(to)) ||
            (event.type === 'xstate.done.actor.outcome' && (event.output as { ok: boolean }).ok),
        ),
      );
  });

  test('CALL-4 a call that was denied, or that a restart found settled, never runs', () => {
    for (const kind of ['denied', 'settled'] as const)
      assertEverywhere(
        walk(toolCallMachine, kind),
        'does not run',
        ({ snapshot }) => !snapshot.matches('running'),
      );
    for (const explored of all)
      assertEverywhere(
        explored,
        'a refusal is for good',
        (state) =>
          contextOf(state).outcome.outcome !== 'denied' ||
          explored.reachableFrom(state.key).every(({ snapshot }) => !snapshot.matches('running')),
      );
  });

  test('CALL-5 one call is decided once: what comes later changes nothing', () => {
    assertEverywhere(walk(toolCallMachine, 'asking'), 'a decision holds', (state) =>
      isAsked(state)
        ? true
        : state.edges.every(({ event, to }) => event.type !== 'approval.decided' || to === state.key),
    );
  });

  test('a person is asked exactly on entering the wait, and the tags say what a call is doing', () => {
    for (const explored of all)
      assertEverywhere(explored, 'tags', ({ snapshot }) => {
        const asking = snapshot.hasTag('asking') === isAsked({ snapshot });
        return asking && snapshot.hasTag('executing') === snapshot.matches('running');
      });
    expect(walk(toolCallMachine, 'asking').states[0]?.snapshot.value).toBe('awaitingApproval');
  });

  test('CALL-6 the output and the end of another call are not taken for its own', () => {
    for (const explored of all)
      assertEverywhere(explored, 'own output only', (state) =>
        state.edges.every(
          ({ event, to }) =>
            event.callId !== 'another' ||
            (to === state.key && toldBy(toolCallMachine, state.snapshot, event).length === 0),
        ),
      );
  });

  test('from everywhere it can still be settled', () => {
    for (const explored of all)
      assertEverywhere(explored, 'settled is in reach', ({ key }) =>
        explored.reachableFrom(key).some(isSettled),
      );
  });
});
