import { describe, expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { type ConnectionContext, connectionMachine } from '../../machines/connection.ts';
import { type AnyEvent, assertEverywhere, type Explored, type ExploredState, mutantOf } from './explore.ts';
import { follow, is, toldBy } from './walks.ts';
import { closed, ready, registered, replaced, unknown, walk } from './worlds/connection.ts';

type State = ExploredState<AnyStateMachine>;

const contextOf = (state: State) => state.snapshot.context as ConnectionContext;
const isAt = (state: State, value: unknown) => state.snapshot.matches(value as never);
const isConnected = (state: State) => state.snapshot.hasTag('online' as never);
const hasSocket = (state: State) => state.snapshot.children.socket !== undefined;

function resetsOnlyWhenStable(explored: Explored<AnyStateMachine>): void {
  assertEverywhere(explored, 'the count of attempts falls only after the stable period', (state) =>
    state.edges.every(
      ({ event, to }) =>
        contextOf(explored.at(to)).attempt >= contextOf(state).attempt ||
        event.type.startsWith('xstate.after.stablePeriod'),
    ),
  );
}

/** A close after which a new socket is opened without any time in between. */
function everyLoopWaits(explored: Explored<AnyStateMachine>): void {
  const begins = explored.states.filter((state) =>
    isAt(state, { attached: { link: { socketed: 'opening' } } }),
  );
  // From one opening to the next with nothing but a hub that answers at once.
  const eager = [registered, ready, closed(1006, ''), closed(1000, 'going away'), unknown];
  for (const begin of begins) {
    const seen = new Set<string>();
    const queue = begin.edges.filter(({ event }) => eager.some((one) => one === event)).map(({ to }) => to);
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      if (key === begin.key) throw new Error(`a loop without a wait through ${begin.key}`);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push(
        ...explored
          .at(key)
          .edges.filter(({ event }) => eager.some((one) => one === event))
          .map(({ to }) => to),
      );
    }
  }
}

describe('the connection, explored', () => {
  const explored = walk(connectionMachine);

  test('takes every transition it declares and never dies', () => {
    expect(explored.untaken()).toEqual([]);
    assertEverywhere(explored, 'no error', ({ snapshot }) => snapshot.status !== 'error');
    expect(explored.states.length).toBeGreaterThan(40);
  });

  test('D4 the wait grows until a connection was stable, not merely accepted', () => {
    resetsOnlyWhenStable(explored);
  });

  test('the check bites: a connection that forgets its attempts on success is caught', () => {
    const mutant = mutantOf(connectionMachine, (config) => {
      config.states.attached.states.link.states.socketed.states.connected.entry = { type: 'forgetAttempts' };
    });
    expect(() => resetsOnlyWhenStable(walk(mutant))).toThrow('only after the stable period');
  });

  test('D4 no answer of the hub, also none that registers and then forgets, makes a loop without a wait', () => {
    everyLoopWaits(explored);
  });

  test('the check bites: a registration that is renewed at once each time is caught', () => {
    const mutant = mutantOf(connectionMachine, (config) => {
      config.states.attached.states.link.states.socketed.on['socket.closed'].splice(1, 1);
    });
    expect(() => everyLoopWaits(walk(mutant))).toThrow('a loop without a wait');
  });

  test('CONN-1 there is one socket at most, and none while it registers, waits or is over', () => {
    assertEverywhere(
      explored,
      'socket exactly in socketed',
      (state) => hasSocket(state) === isAt(state, { attached: { link: 'socketed' } }),
    );
    assertEverywhere(
      explored,
      'a heart exactly while connected',
      (state) => (state.snapshot.children.heartbeat !== undefined) === isConnected(state),
    );
  });

  test('CONN-2 a host that was superseded stops for good', () => {
    assertEverywhere(explored, 'superseded is final', (state) =>
      state.edges.every(
        ({ event, to }) => event !== replaced || !hasSocket(state) || isAt(explored.at(to), 'superseded'),
      ),
    );
    assertEverywhere(
      explored,
      'nothing after it',
      (state) => !isAt(state, 'superseded') || (state.snapshot.status === 'done' && state.edges.length === 0),
    );
  });

  test('CONN-3 a hub that does not know the connection any more is registered with again', () => {
    assertEverywhere(explored, '1008 registers', (state) =>
      state.edges.every(({ event, to }) => {
        if (event !== unknown || !hasSocket(state)) return true;
        return isAt(explored.at(to), 'registering') || isAt(explored.at(to), 'registeringLater');
      }),
    );
    assertEverywhere(explored, 'at once, when the registration had proved itself', (state) =>
      state.edges.every(
        ({ event, to }) =>
          event !== unknown ||
          !hasSocket(state) ||
          contextOf(state).unproven > 1 ||
          isAt(explored.at(to), 'registering'),
      ),
    );
  });

  test('CONN-4 every other close is an outage: the same connection is tried again', () => {
    assertEverywhere(explored, 'backoff', (state) =>
      state.edges.every(({ event, to }) => {
        const outage = event.type === 'socket.closed' && event !== replaced && event !== unknown;
        return !outage || !hasSocket(state) || isAt(explored.at(to), { attached: { link: 'backoff' } });
      }),
    );
  });

  test('CONN-5 the clock of an outage runs exactly while it is registered and not connected', () => {
    assertEverywhere(explored, 'outage', (state) => {
      if (!isAt(state, 'attached')) return true;
      return isAt(state, { attached: { outage: 'lasting' } }) !== isConnected(state);
    });
    assertEverywhere(explored, 'its end registers', (state) =>
      state.edges.every(
        ({ event, to }) =>
          !event.type.startsWith('xstate.after.outageLimit') || isAt(explored.at(to), 'registering'),
      ),
    );
  });

  test('CONN-6 only a host that was never registered gives up when it is refused', () => {
    assertEverywhere(
      explored,
      'refused is for newcomers',
      (state) => !isAt(state, 'refused') || contextOf(state).registrations === 0,
    );
    assertEverywhere(explored, 'else it tries on', (state) =>
      state.edges.every(({ event, to }) => {
        const later = event.type.startsWith('xstate.done.actor.register') && event !== registered;
        if (!later || isAt(explored.at(to), 'refused')) return true;
        return isAt(explored.at(to), 'registeringLater');
      }),
    );
  });

  test('CONN-7 coming up and going down are each told once, in turn', () => {
    assertEverywhere(explored, 'told on each change', (state) =>
      state.edges.every(({ event, to }) => {
        if (to === state.key) return true;
        const told = toldBy(connectionMachine, state.snapshot, event).map(({ event }) => event.type);
        const up = told.filter((type) => type === 'connection.up').length;
        const down = told.filter((type) => type === 'connection.down').length;
        const was = isConnected(state);
        const now = isConnected(explored.at(to));
        return up === (now && !was ? 1 : 0) && down === (was && !now ? 1 : 0);
      }),
    );
  });

  test('from everywhere it is connected again when the hub answers, unless it is over', () => {
    const friendly = [
      is('xstate.done.actor.register'),
      is('socket.ready'),
      ({ type }: AnyEvent) => type.startsWith('xstate.after.backoff'),
    ];
    assertEverywhere(explored, 'connected in the end', (state) => {
      const end = follow(explored, state, [(event) => event === registered, ...friendly]);
      return end.snapshot.status === 'done' || isConnected(end);
    });
  });
});
