import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, assign } from 'xstate';
import { type BatchCall, conflicts, isMoving } from '../../machines/conflicts.ts';
import type { CallEffect, Standing } from '../../machines/ports.ts';
import { type ToolBatchContext, toolBatchMachine } from '../../machines/tool-batch.ts';
import {
  type AnyEvent,
  assertEverywhere,
  type Explored,
  type ExploredState,
  explore,
  mutantOf,
} from './explore.ts';
import { follow, nobody, toldBy } from './walks.ts';

type State = ExploredState<AnyStateMachine>;

const shell: CallEffect = { kind: 'anything' };
const writes = (...files: string[]): CallEffect => ({ kind: 'writes', files });
const reads = (...files: string[]): CallEffect => ({ kind: 'reads', files });

const standing = (id: string, kind: 'asking' | 'allowed', effect: CallEffect): Standing => {
  const call = { id, name: 'Tool', arguments: '{}', args: {}, cwd: '/w', effect };
  return kind === 'asking'
    ? { ...call, kind, approvalId: `perm-${id}`, suggestions: [], rules: {}, diffs: [] }
    : { ...call, kind, comment: null };
};
const denied = (id: string): Standing => ({
  id,
  name: 'Tool',
  arguments: '{}',
  kind: 'denied',
  reason: 'no',
});
const settled = (id: string): Standing => ({
  id,
  name: 'Tool',
  arguments: '{}',
  kind: 'settled',
  outcome: { status: 'success', text: '' },
});

/** Three calls of every mixture that matters; the answers to those that ask may change what they touch. */
const batches: Record<string, Standing[]> = {
  'two shells and a read': [
    standing('a', 'allowed', shell),
    standing('b', 'allowed', shell),
    standing('c', 'allowed', reads('/x')),
  ],
  'an asking write before an allowed one': [
    standing('a', 'asking', writes('/x')),
    standing('b', 'allowed', writes('/y')),
    standing('c', 'asking', shell),
  ],
  'only questions': [
    standing('a', 'asking', shell),
    standing('b', 'asking', writes('/x')),
    standing('c', 'asking', reads('/x')),
  ],
  'what a restart found': [settled('a'), denied('b'), standing('c', 'asking', shell)],
  'no call at all': [],
};
/** What an edited answer makes a call touch. */
const effects: CallEffect[] = [shell, writes('/y'), reads('/x')];

const calls = (snapshot: { context: unknown }): BatchCall[] => (snapshot.context as ToolBatchContext).calls;

/** What the calls of the batch and its turn may say in a state: each call only what it can. */
function eventsOf(snapshot: { value: unknown; context: unknown }): AnyEvent[] {
  const stopping = JSON.stringify(snapshot.value).includes('stopping');
  const events: AnyEvent[] = [{ type: 'batch.cancel' }];
  for (const { id, heard } of calls(snapshot)) {
    // One that was allowed from the start says so too, sooner or later.
    if (heard === 'ready' || heard === 'started') events.push({ type: 'call.allowed', id, effect: shell });
    if (heard === 'asking') {
      for (const effect of effects) events.push({ type: 'call.allowed', id, effect });
      const deny = { behavior: 'deny', message: 'no' };
      events.push({ type: 'approval.decided', callId: id, decision: deny });
    }
    if (heard === 'started' || heard === 'settling' || stopping) events.push({ type: 'call.settled', id });
  }
  return events;
}

const walk = (machine: AnyStateMachine, standings: Standing[]): Explored<AnyStateMachine> =>
  explore(machine, {
    input: { turnId: 't1', standings, parent: nobody },
    events: eventsOf,
    abstract: (snapshot: { context: unknown }) => calls(snapshot).map(({ heard, effect }) => [heard, effect]),
  });
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
