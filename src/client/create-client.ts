import type { InspectionEvent } from 'xstate';
import type { HubAddress } from '../../actors/hub-request.ts';
import { createRest, type Rest } from './rest.ts';
import { createSession, type Session } from './session.ts';

export interface ClientOptions extends HubAddress {
  /** Stands in for the global one. */
  WebSocket?: typeof globalThis.WebSocket;
}

/** Which conversation, where. What is left out is chosen: see `Client.session`. */
export interface SessionTarget {
  /** Id, name or `deviceId`. Left out: the only one that is online, else the session is refused. */
  environment?: string;
  /** Id or name. Left out: the hub's oldest agent, made when there is none. */
  agent?: string;
  /** Left out: `default`. Any other id says the agent by itself. */
  conversation?: string;
  inspect?(event: InspectionEvent): void;
}

export interface Client extends Rest {
  /** Opens a conversation. It connects by itself and comes back by itself until it is closed. */
  session(target?: SessionTarget): Session;
}

/**
 * A client of one hub.
 *
 *     const client = createClient({ url: 'http://127.0.0.1:4180', token });
 *     const session = client.session({ environment: 'laptop' });
 *     await session.ready;
 *     session.subscribe(({ view }) => console.log(view.entries.at(-1)));
 *     await session.send('what can you do?');
 */
export function createClient(options: ClientOptions): Client {
  return {
    ...createRest(options),
    session: ({ environment, agent, conversation, inspect } = {}) =>
      createSession({
        ...options,
        target: {
          environment: environment ?? null,
          agent: agent ?? null,
          conversation: conversation ?? null,
        },
        ...(inspect ? { inspect } : {}),
      }),
  };
}
