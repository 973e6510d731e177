import type { AnyStateMachine } from 'xstate';
import type { ConnectionContext } from '../../../machines/connection.ts';
import { type AnyEvent, childDone, childFailed, type Explored, explore } from '../explore.ts';

export const registered = childDone('register', {
  ok: true,
  connectionId: 'conn-1',
  wsUrl: 'ws://hub',
  linked: true,
});
const refused = (permanent: boolean) =>
  childDone('register', { ok: false, permanent, message: 'no', retryAfterMs: 0 });
export const closed = (code: number, reason: string): AnyEvent => ({ type: 'socket.closed', code, reason });
export const replaced = closed(1000, 'Replaced by new connection');
export const unknown = closed(1008, 'Unknown connection');
export const ready = { type: 'socket.ready', resumed: false };

const events: AnyEvent[] = [
  registered,
  refused(true),
  refused(false),
  childFailed('register'),
  childFailed('socket'),
  ready,
  { type: 'socket.heard' },
  closed(1006, ''),
  closed(1000, 'going away'),
  replaced,
  unknown,
  { type: 'heartbeat.due' },
  { type: 'heartbeat.lost' },
  { type: 'link.probe' },
  { type: 'connection.close' },
];

export const walk = (machine: AnyStateMachine): Explored<AnyStateMachine> =>
  explore(machine, {
    input: { seed: 1 },
    events,
    // Few attempts and registrations stand for many.
    abstract: ({ context }: { context: ConnectionContext }) => [
      Math.min(context.attempt, 3),
      Math.min(context.registrations, 1),
      Math.min(context.unproven, 3),
    ],
  });
