import { describe, expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { heartbeatMachine } from '../../machines/heartbeat.ts';
import { type AnyEvent, assertEverywhere, type Explored, mutantOf } from './explore.ts';
import { toldBy } from './walks.ts';
import { heard, walk } from './worlds/heartbeat.ts';

const saysIn = (machine: AnyStateMachine, snapshot: object, event: AnyEvent): string[] =>
  toldBy(machine, snapshot, event).map(({ event }) => event.type);

/** Nothing is given up while the other side answers every ping. */
function livingIsKept(explored: Explored<AnyStateMachine>): void {
  assertEverywhere(explored, 'a sign of life forgives everything', (state) => {
    if (state.snapshot.status !== 'active') return true;
    const answered = explored.at(state.edges.find(({ event }) => event === heard)?.to ?? state.key);
    const { unanswered } = answered.snapshot.context as { unanswered: number };
    return answered.snapshot.value === 'resting' && unanswered === 0;
  });
}

describe('the heartbeat, explored', () => {
  const explored = walk(heartbeatMachine);

  test('takes every transition it declares and never dies', () => {
    expect(explored.untaken()).toEqual([]);
    assertEverywhere(explored, 'no error', ({ snapshot }) => snapshot.status !== 'error');
  });

  test('CONN-12 anything that comes in is a sign of life', () => livingIsKept(explored));

  test('the check bites: a heart that does not forget old silence is caught', () => {
    const mutant = mutantOf(heartbeatMachine, (config) => {
      delete config.on;
    });
    expect(() => livingIsKept(walk(mutant))).toThrow('a sign of life');
  });

  test('CONN-12 it reports a loss once, and only after silence that was asked about at least twice', () => {
    assertEverywhere(explored, 'lost after asking', (state) =>
      state.edges.every(({ event, to }) => {
        const lost = saysIn(heartbeatMachine, state.snapshot, event).filter(
          (type) => type === 'heartbeat.lost',
        );
        const ends = explored.at(to).snapshot.status === 'done';
        if (lost.length !== (ends ? 1 : 0)) return false;
        if (!ends) return true;
        const asked = state.path.slice(state.path.lastIndexOf(heard) + 1);
        return asked.filter(({ type }) => type !== 'link.heard').length >= 2;
      }),
    );
  });

  test('CONN-11 every wait that ends asks, or gives up', () => {
    assertEverywhere(explored, 'no silent wait', (state) =>
      state.edges.every(
        ({ event }) =>
          !event.type.startsWith('xstate.after') ||
          saysIn(heartbeatMachine, state.snapshot, event).length === 1,
      ),
    );
  });
});
