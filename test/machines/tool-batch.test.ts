import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, assign } from 'xstate';
import { conflicts, isMoving } from '../../machines/conflicts.ts';
import { toolBatchMachine } from '../../machines/tool-batch.ts';
import { type AnyEvent, assertEverywhere, type Explored, type ExploredState, mutantOf } from './explore.ts';
import { follow, toldBy } from './walks.ts';
import { batches, calls, walk } from './worlds/tool-batch.ts';

type State = ExploredState<AnyStateMachine>;

const explored = Object.entries(batches).map(([name, standings]) => ({
  name,
  standings,
  explored: walk(toolBatchMachine, standings),
}));

/** The calls that an event of this state tells to start. */
const startedBy = (state: State, event: AnyEvent): string[] =>
  toldBy(toolBatchMachine, state.snapshot, event)
    .filter(({ event }) => event.type === 'call.start')
    .map(({ to }) => to.replace('call:', ''));

function neverBeside(batch: Explored<AnyStateMachine>): void {
  assertEverywhere(batch, 'calls that conflict never run beside each other', ({ snapshot }) => {
    const started = calls(snapshot).filter(({ heard }) => heard === 'started');
    return started.every((a, i) => started.slice(i + 1).every((b) => !conflicts(a.effect, b.effect)));
  });
}

function toldTruthfully(batch: Explored<AnyStateMachine>): void {
  assertEverywhere(batch, 'what is told of moving and waiting is true', (state) =>
    state.edges.every(({ event, to }) => {
      const after = calls(batch.at(to).snapshot);
      const asks = after.some(({ heard }) => heard === 'asking');
      return toldBy(toolBatchMachine, state.snapshot, event).every(({ event: { type } }) => {
        if (type === 'batch.waiting') return asks && !isMoving(after);
        return type !== 'batch.moving' || isMoving(after);
      });
    }),
  );
  assertEverywhere(batch, 'it waits exactly while nothing moves and an answer is missing', ({ snapshot }) => {
    if (snapshot.status !== 'active' || snapshot.matches({ open: 'stopping' })) return true;
    const waits = !isMoving(calls(snapshot)) && calls(snapshot).some(({ heard }) => heard === 'asking');
    return snapshot.matches({ open: 'waiting' }) === waits;
  });
}

describe('a tool batch, explored', () => {
  test('takes every transition it declares and never dies', () => {
    const untaken = explored.map((batch) => new Set(batch.explored.untaken()));
    const never = [...(untaken[0] ?? [])].filter((one) => untaken.every((set) => set.has(one)));
    expect(never).toEqual([]);
    for (const batch of explored)
      assertEverywhere(batch.explored, 'no error', ({ snapshot }) => snapshot.status !== 'error');
  });

  test('D21 a shell command and a writer of a file never run at the same time', () => {
    for (const batch of explored) neverBeside(batch.explored);
  });

  test('the check bites: a batch that starts whatever is allowed is caught', () => {
    const mutant = toolBatchMachine.provide({
      actions: {
        startCalls: assign(({ context }) => ({
          calls: context.calls.map((call) =>
            call.heard === 'ready' ? { ...call, heard: 'started' as const } : call,
          ),
        })),
      },
    });
    expect(() => neverBeside(walk(mutant, batches['two shells and a read'] ?? []))).toThrow(
      'never run beside each other',
    );
  });

  test('D6 it says that it waits exactly while nothing moves and a person is asked', () => {
    for (const batch of explored) toldTruthfully(batch.explored);
  });

  test('the check bites: a batch that says it waits as soon as one call asks is caught', () => {
    const mutant = mutantOf(toolBatchMachine, (config) => {
      config.states.open.states.moving.always = { target: 'waiting' };
      config.states.open.states.waiting.always = [];
    });
    const asking = batches['an asking write before an allowed one'] ?? [];
    expect(() => toldTruthfully(walk(mutant, asking))).toThrow('it waits exactly while');
  });

  test('CALL-10 every call is settled before its batch is, and every batch can be', () => {
    for (const { explored: batch } of explored) {
      assertEverywhere(
        batch,
        'settled means all',
        ({ snapshot }) =>
          (snapshot.status === 'done') === calls(snapshot).every(({ heard }) => heard === 'settled'),
      );
      assertEverywhere(batch, 'settled is in reach', ({ key }) =>
        batch.reachableFrom(key).some(({ snapshot }) => snapshot.status === 'done'),
      );
    }
  });

  test('CALL-11 a call that is allowed and in nobody’s way is started, once', () => {
    for (const { explored: batch } of explored) {
      assertEverywhere(batch, 'nothing startable is left lying', ({ snapshot, path }) => {
        if (snapshot.status !== 'active' || snapshot.matches({ open: 'stopping' })) return true;
        // Before the first call has spoken none of them is told anything.
        if (!path.some(({ type }) => type.startsWith('call.'))) return true;
        const open = calls(snapshot).filter(({ heard }) => heard !== 'settled');
        const ready = open.filter(({ heard }) => heard === 'ready');
        return ready.every((call) =>
          open.some((other) => other !== call && conflicts(other.effect, call.effect)),
        );
      });
      assertEverywhere(batch, 'started once', (state) =>
        state.edges.every(({ event }) =>
          startedBy(state, event).every((id) =>
            calls(state.snapshot).some((call) => call.id === id && call.heard !== 'started'),
          ),
        ),
      );
    }
  });

  test('CALL-12 a batch that is cancelled tells each of its calls, and starts none', () => {
    for (const { explored: batch } of explored) {
      assertEverywhere(batch, 'told', (state) => {
        if (state.snapshot.status !== 'active' || state.snapshot.matches({ open: 'stopping' })) return true;
        const told = toldBy(toolBatchMachine, state.snapshot, { type: 'batch.cancel' });
        const open = calls(state.snapshot).filter(({ heard }) => heard !== 'settled');
        return open.every(({ id }) =>
          told.some(({ to, event }) => to === `call:${id}` && event.type === 'call.cancel'),
        );
      });
      assertEverywhere(
        batch,
        'none started',
        (state) =>
          !state.snapshot.matches({ open: 'stopping' }) ||
          state.edges.every(({ event }) => startedBy(state, event).length === 0),
      );
      assertEverywhere(batch, 'ends when its calls have', (state) => {
        if (!state.snapshot.matches({ open: 'stopping' })) return true;
        return follow(batch, state, [({ type }) => type === 'call.settled']).snapshot.status === 'done';
      });
    }
  });

  test('CALL-13 a decision for a call that is not asked about reaches no call', () => {
    for (const { explored: batch } of explored)
      assertEverywhere(batch, 'not passed on', ({ snapshot }) =>
        calls(snapshot).every(({ id, heard }) => {
          const event = { type: 'approval.decided', callId: id, decision: { behavior: 'deny', message: '' } };
          return (
            snapshot.status !== 'active' ||
            heard === 'asking' ||
            toldBy(toolBatchMachine, snapshot, event).length === 0
          );
        }),
      );
  });
});
