import { createActor } from 'xstate';
import { type ConnectionEmitted, connectionMachine } from '../../machines/connection.ts';
import type {
  DeviceSocketCommand,
  DeviceSocketEvent,
  DeviceSocketInput,
  Registered,
} from '../../machines/ports.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { settle } from './house.ts';
import { asker, talker } from './puppets.ts';

/** What the hub answers to a registration. */
export type Registrar = (nth: number) => Registered | undefined;

const accepts: Registrar = (nth) => ({
  ok: true,
  connectionId: `conn-${nth}`,
  wsUrl: 'ws://hub',
  linked: true,
});

/** A host's connection with everything real but the hub and the time. */
export async function openLink({
  registrar = accepts,
  seed = 1,
}: {
  registrar?: Registrar;
  seed?: number;
} = {}) {
  const clock = new VirtualClock();
  let asked = 0;
  const registrations = asker<Registered, { registrations: number }>(() => {
    asked += 1;
    return registrar(asked);
  });
  const sockets = talker<DeviceSocketCommand, DeviceSocketInput, DeviceSocketEvent>();
  const emitted: ConnectionEmitted[] = [];
  const actor = createActor(
    connectionMachine.provide({ actors: { register: registrations.logic, deviceSocket: sockets.logic } }),
    { input: { seed }, clock },
  );
  actor.on('*', (event) => emitted.push(event));
  actor.start();
  await settle();
  return {
    actor,
    clock,
    emitted,
    sockets,
    registrations: registrations.asked,
    ready: (resumed = false) => sockets.last().say({ type: 'socket.ready', resumed }),
    heard: () => sockets.last().say({ type: 'socket.heard' }),
    async close(code = 1006, reason = ''): Promise<void> {
      sockets.last().say({ type: 'socket.closed', code, reason });
      await settle();
    },
    /** Lets time pass until the next socket or registration; how long that was. */
    async untilNextTry(): Promise<number> {
      const from = clock.now;
      const tries = (): number => sockets.lives.length + registrations.asked.length;
      for (const count = tries(); tries() === count; await settle()) clock.advance(100);
      return clock.now - from;
    },
    pings: () => sockets.last().told.length,
    isOnline: () => actor.getSnapshot().hasTag('online'),
    types: () => emitted.map(({ type }) => type.replace('connection.', '')),
  };
}
