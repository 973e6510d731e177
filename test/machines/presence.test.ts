import { describe, expect, test } from 'vitest';
import { createActor, fromCallback, initialTransition, transition } from 'xstate';
import {
  type HostSocket,
  type PresenceEmitted,
  presenceMachine,
  type SocketsCommand,
} from '../../machines/presence.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { type AnyEvent, assertEverywhere, childFailed, type Explored, explore, mutantOf } from './explore.ts';

type Presence = typeof presenceMachine;
type Snapshot = Explored<Presence>['states'][number]['snapshot'];

const input = { environmentId: 'env-1', generation: 2 };
const sockets: HostSocket[] = [
  { id: 'old', generation: 1, life: 'e1' },
  { id: 'a', generation: 2, life: 'e2' },
  { id: 'b', generation: 2, life: 'e2' },
  { id: 'new', generation: 3, life: 'e3' },
];
const opened = (socket: HostSocket | undefined): AnyEvent => ({ type: 'socket.opened', socket });
const [old, a, b, newer] = sockets;

const events: AnyEvent[] = [
  ...sockets.map(opened),
  ...sockets.map(({ id }) => ({ type: 'socket.closed', id })),
  ...sockets.map(({ id }) => ({ type: 'socket.heard', id })),
  { type: 'registration.renewed', generation: 2 },
  { type: 'registration.renewed', generation: 3 },
  { type: 'environment.forget' },
  childFailed('sockets'),
];

const walk = (machine: Presence) =>
  explore(machine, { input, events, abstract: ({ context }) => [context.generation, context.socket?.id] });

const isConnected = (snapshot: Snapshot) => snapshot.hasTag('online') || snapshot.hasTag('stale');

/** What the sockets are told by one event, and what the world hears. */
function effects(machine: Presence, snapshot: Snapshot, event: AnyEvent) {
  const [, actions] = transition(machine, snapshot as never, event as never);
  const told: SocketsCommand[] = [];
  const said: PresenceEmitted[] = [];
  for (const action of actions) {
    const params = action.params as { targetId?: string; event?: unknown };
    if (action.type === 'xstate.sendTo' && params.targetId === 'sockets')
      told.push(params.event as SocketsCommand);
    if ((action.type as string) === 'xstate.emit') said.push(params.event as PresenceEmitted);
  }
  return { told, said };
}

function assertOneHost(explored: Explored<Presence>) {
  assertEverywhere(explored, 'a socket is held exactly while connected', ({ snapshot }) =>
    isConnected(snapshot) ? snapshot.context.socket !== null : snapshot.context.socket === null,
  );
  assertEverywhere(explored, 'the socket held is of the generation that counts', ({ snapshot }) => {
    const { socket, generation } = snapshot.context;
    return socket === null || socket.generation === generation;
  });
}

function assertNeverFalls(explored: Explored<Presence>) {
  const generationAt = (key: string) => explored.at(key).snapshot.context.generation;
  assertEverywhere(explored, 'no event lowers the generation', ({ snapshot, edges }) =>
    edges.every(({ to }) => generationAt(to) >= snapshot.context.generation),
  );
}

describe('presence, in every state', () => {
  const explored = walk(presenceMachine);

  test('has no state in error, no transition that cannot be taken, and few states', () => {
    assertEverywhere(explored, 'no error', ({ snapshot }) => snapshot.status !== 'error');
    expect(explored.untaken()).toEqual([]);
    expect(explored.states.length).toBeLessThan(60);
  });

  test('one host at a time, of the newest generation', () => assertOneHost(explored));

  test('the generation never falls', () => assertNeverFalls(explored));

  test('every socket that opens is taken or told why not, and every socket taken is closed or closes', () => {
    for (const { snapshot, edges } of explored.states) {
      for (const { event, to } of edges) {
        const { told } = effects(presenceMachine, snapshot, event);
        const after = explored.at(to).snapshot.context.socket;
        if (event.type === 'socket.opened') {
          const { id } = event.socket as HostSocket;
          const fate = told.filter((command) => command.id === id && command.type !== 'sockets.probe');
          expect(fate.at(-1)?.type).toBe(after?.id === id ? 'sockets.take' : 'sockets.close');
        }
        const before = snapshot.context.socket;
        const left = before !== null && before.id !== after?.id && event.type !== 'socket.closed';
        const failed = event.type.startsWith('xstate.error');
        if (left && !failed)
          expect(told.some(({ type, id }) => type === 'sockets.close' && id === before.id)).toBe(true);
      }
    }
  });

  test('the world is told of each change of status, and of nothing else', () => {
    const status = (snapshot: Snapshot) =>
      (['online', 'stale', 'offline'] as const).find((tag) => snapshot.hasTag(tag));
    for (const { snapshot, edges } of explored.states) {
      for (const { event, to } of edges) {
        const after = explored.at(to).snapshot;
        const { said } = effects(presenceMachine, snapshot, event);
        const isBug = event.type.startsWith('xstate.error');
        const changed = status(after) !== undefined && status(after) !== status(snapshot) && !isBug;
        expect(said.map((fact) => fact.status)).toEqual(changed ? [status(after)] : []);
      }
    }
  });

  test('from every state an environment can be forgotten, and then nothing brings it back', () => {
    for (const state of explored.states) {
      if (state.snapshot.status !== 'active') continue;
      const edge = state.edges.find(({ event }) => event.type === 'environment.forget');
      expect(explored.at(String(edge?.to)).snapshot.hasTag('forgotten')).toBe(true);
    }
  });

  test('a mutant that lets fenced sockets in is found', () => {
    const mutant = mutantOf(presenceMachine, (config) => {
      delete config.states.connected.states.stale.on['socket.opened'].guard;
    });
    expect(() => assertNeverFalls(walk(mutant))).toThrow('no event lowers the generation');
  });
});

/** A walk through some events from the beginning. */
function led(...steps: (AnyEvent | undefined)[]) {
  let [snapshot] = initialTransition(presenceMachine, input);
  for (const step of steps) [snapshot] = transition(presenceMachine, snapshot, step as never);
  return snapshot as Snapshot;
}
const silent = { type: 'xstate.after.silenceLimit.presence.connected.online' };
const unanswered = { type: 'xstate.after.probeLimit.presence.connected.stale' };

describe('presence, step by step', () => {
  test('PRES-1 a silent host is stale and asked, then dropped and offline', () => {
    const online = led(opened(a));
    expect(effects(presenceMachine, online, silent)).toEqual({
      told: [{ type: 'sockets.probe', id: 'a' }],
      said: [{ type: 'presence.changed', status: 'stale' }],
    });
    const stale = led(opened(a), silent);
    expect(effects(presenceMachine, stale, unanswered)).toEqual({
      told: [{ type: 'sockets.close', id: 'a', why: 'dropped' }],
      said: [{ type: 'presence.changed', status: 'offline' }],
    });
    const heard = led(opened(a), silent, { type: 'socket.heard', id: 'a' });
    expect(heard.hasTag('online')).toBe(true);
  });

  test('PRES-2 a closed socket makes offline at once; that of another socket does not', () => {
    expect(led(opened(a), { type: 'socket.closed', id: 'a' }).hasTag('offline')).toBe(true);
    expect(led(opened(a), { type: 'socket.closed', id: 'b' }).hasTag('online')).toBe(true);
  });

  test('PRES-3 a socket of a fenced generation is told that it is replaced', () => {
    const { told } = effects(presenceMachine, led(opened(a)), opened(old));
    expect(told).toEqual([{ type: 'sockets.close', id: 'old', why: 'replaced' }]);
  });

  test('PRES-4 a newer process replaces, the same process coming back does not', () => {
    expect(effects(presenceMachine, led(opened(a)), opened(newer)).told).toEqual([
      { type: 'sockets.close', id: 'a', why: 'replaced' },
      { type: 'sockets.take', id: 'new', generation: 3 },
    ]);
    expect(effects(presenceMachine, led(opened(a)), opened(b)).told).toEqual([
      { type: 'sockets.close', id: 'a', why: 'dropped' },
      { type: 'sockets.take', id: 'b', generation: 2 },
    ]);
    const renewed = { type: 'registration.renewed', generation: 3 };
    expect(effects(presenceMachine, led(opened(a)), renewed).told).toEqual([
      { type: 'sockets.close', id: 'a', why: 'replaced' },
    ]);
  });
});

test('PRES-1 a host that says nothing is stale after 90 s and offline 30 s later; each frame begins the 90 s anew', () => {
  const clock = new VirtualClock();
  const told: SocketsCommand[] = [];
  const sockets = fromCallback<SocketsCommand, { environmentId: string }>(({ receive }) =>
    receive((command) => told.push(command)),
  );
  const actor = createActor(presenceMachine.provide({ actors: { sockets } }), { input, clock });
  const statuses: string[] = [];
  actor.on('presence.changed', ({ status }) => statuses.push(status));
  actor.start();
  actor.send({ type: 'socket.opened', socket: a as HostSocket });
  clock.advance(89_000);
  actor.send({ type: 'socket.heard', id: 'a' });
  clock.advance(89_999);
  expect(statuses).toEqual(['online']);
  clock.advance(1);
  expect(statuses).toEqual(['online', 'stale']);
  clock.advance(29_999);
  expect(statuses).toEqual(['online', 'stale']);
  clock.advance(1);
  expect(statuses).toEqual(['online', 'stale', 'offline']);
  expect(told.map(({ type }) => type)).toEqual(['sockets.take', 'sockets.probe', 'sockets.close']);
  actor.stop();
});
