import type { Actor } from 'xstate';
import type { connectionMachine } from '../../machines/connection.ts';

/** What the person at the machine is told of the way to the hub. */
export interface HostStatus {
  state: 'connected' | 'disconnected' | 'reconnecting' | 'superseded' | 'refused';
  detail: string;
}

/** Turns what the connection emits into lines for a person. */
export function tellStatus(
  connection: Actor<typeof connectionMachine>,
  tell: (status: HostStatus) => void,
): void {
  connection.on('connection.up', () => tell({ state: 'connected', detail: 'connected to the hub' }));
  connection.on('connection.down', () => tell({ state: 'disconnected', detail: 'the hub is out of reach' }));
  connection.on('connection.retrying', ({ attempt, delayMs, reason }) =>
    tell({
      state: 'reconnecting',
      detail:
        `Reconnecting (attempt ${attempt}, retry in ${Math.ceil(delayMs / 1000)}s)` +
        (reason ? `: ${reason}` : ''),
    }),
  );
  connection.on('connection.superseded', () =>
    tell({ state: 'superseded', detail: 'another process took this identity' }),
  );
  connection.on('connection.refused', ({ message }) => tell({ state: 'refused', detail: message }));
}
