import { describe, expect, test } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import { assertEverywhere, childDone, childFailed, explore, mutantOf } from './explore.ts';

const lamp = setup({
  types: { context: {} as { presses: number }, events: {} as { type: 'press' } | { type: 'break' } },
  actors: { warmUp: fromPromise<boolean>(async () => true) },
  delays: { limit: 60_000 },
  actions: { count: assign({ presses: ({ context }) => context.presses + 1 }) },
}).createMachine({
  id: 'lamp',
  context: { presses: 0 },
  initial: 'dark',
  states: {
    dark: { on: { press: { target: 'warming', actions: { type: 'count' } } } },
    warming: {
      invoke: { id: 'warmUp', src: 'warmUp', onDone: { target: 'lit' }, onError: { target: 'broken' } },
    },
    lit: {
      after: { limit: { target: 'dark' } },
      on: { press: { target: 'dark' }, break: { target: 'broken' } },
    },
    broken: { type: 'final' },
  },
});
const walk = (machine: typeof lamp = lamp) =>
  explore(machine, {
    input: undefined,
    events: [{ type: 'press' }, { type: 'break' }, childDone('warmUp', true), childFailed('warmUp')],
    abstract: ({ context }) => Math.min(context.presses, 1),
  });
const values = (states: { snapshot: { value: unknown } }[]) => states.map(({ snapshot }) => snapshot.value);

describe('the walk through a machine', () => {
  test('finds every state with a shortest way to it, timers and children included', () => {
    const explored = walk();
    expect(
      explored.states.map(({ snapshot, path }) => [snapshot.value, path.map(({ type }) => type)]),
    ).toEqual([
      ['dark', []],
      ['warming', ['press']],
      ['lit', ['press', 'xstate.done.actor.warmUp']],
      ['broken', ['press', 'xstate.error.actor.warmUp']],
      ['dark', ['press', 'xstate.done.actor.warmUp', 'press']],
    ]);
    expect(explored.untaken()).toEqual([]);
  });

  test('tries nothing of a child that is not there, and nothing at the end', () => {
    const explored = walk();
    for (const { snapshot, edges } of explored.states) {
      const fromChild = edges.filter(({ event }) => event.type.endsWith('.actor.warmUp'));
      expect(fromChild.length).toBe(snapshot.value === 'warming' ? 2 : 0);
      if (snapshot.value === 'broken') expect(edges).toEqual([]);
    }
  });

  test('says what can be reached, which transitions were not taken, and where a claim breaks', () => {
    const explored = walk();
    const broken = explored.states.find(({ snapshot }) => snapshot.value === 'broken');
    expect(values(explored.reachableFrom(broken?.key ?? ''))).toEqual(['broken']);
    const few = explore(lamp, { input: undefined, events: [{ type: 'press' }] });
    expect(few.untaken()).toContain('lamp.lit on break');
    expect(() => assertEverywhere(explored, 'never lit', ({ snapshot }) => snapshot.value !== 'lit')).toThrow(
      '"never lit" does not hold in ["lit","active",1], reached by press -> xstate.done.actor.warmUp',
    );
    assertEverywhere(explored, 'no error', ({ snapshot }) => snapshot.status !== 'error');
  });

  test('a mutant is another machine; the first stays as it was', () => {
    const mutant = mutantOf(lamp, (config) => {
      delete config.states.lit.after;
    });
    expect(values(walk(mutant).states)).toEqual(values(walk().states));
    expect(lamp.config.states?.lit?.after).toBeDefined();
    const stuck = mutantOf(lamp, (config) => {
      delete config.states.warming.invoke;
    });
    expect(values(walk(stuck).states)).toEqual(['dark', 'warming']);
  });
});
