import { createActor } from 'xstate';
import { createDeviceSocket } from '../../../actors/device-socket.ts';
import { createRegister } from '../../../actors/register.ts';
import { connectionMachine } from '../../../machines/connection.ts';
import { createUplink } from '../../../src/host/uplink.ts';
import { TOKEN } from './bench-home.ts';
import { fastClock } from './fast-clock.ts';

export interface BenchLink {
  /** Resolves when the link is up, or up again. */
  up(): Promise<void>;
  /** Resolves when it is found to be down. */
  down(): Promise<void>;
  /** As when a person acts, or the machine woke: is it alive? */
  probe(): void;
  close(): void;
}

/**
 * The host's own connection machine with its own socket and registration, and no host behind it, on a clock that goes
 * `times` as fast.
 */
export function openLink(url: string, times: number): BenchLink {
  const uplink = createUplink({
    epoch: 'bench',
    now: Date.now,
    log: { sent: () => undefined, received: () => undefined, flush: () => undefined },
    onFrame: () => undefined,
  });
  const metadata = { os: 'linux', signalboxLink: 1 as const, signalboxEpoch: 'bench' };
  const connection = createActor(
    connectionMachine.provide({
      actors: {
        register: createRegister({
          hub: () => ({ url, token: TOKEN }),
          onRegistered: () => undefined,
          body: () => ({
            deviceId: 'device-bench',
            listenerInstanceId: 'bench',
            connectionName: 'bench',
            metadata,
          }),
        }),
        deviceSocket: createDeviceSocket({ uplink, token: () => TOKEN, query: {} }),
      },
    }),
    { input: { seed: 1 }, clock: fastClock(times) },
  );
  const next = (type: 'connection.up' | 'connection.down'): Promise<void> =>
    new Promise((resolve) => {
      const { unsubscribe } = connection.on(type, () => {
        unsubscribe();
        resolve();
      });
    });
  connection.start();
  return {
    up: () => (connection.getSnapshot().hasTag('online') ? Promise.resolve() : next('connection.up')),
    down: () => next('connection.down'),
    probe: () => connection.send({ type: 'link.probe' }),
    close() {
      connection.send({ type: 'connection.close' });
      connection.stop();
    },
  };
}
