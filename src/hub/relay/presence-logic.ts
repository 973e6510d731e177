import { fromCallback } from 'xstate';
import { presenceMachine, type SocketsCommand } from '../../../machines/presence.ts';

/** Who carries out what an environment's presence asks of its sockets. */
export type Obey = (command: SocketsCommand) => void;

/**
 * The presence machine with real sockets, made once for all environments: a machine of its own for each would
 * cost more memory than all the rest of an idle host.
 */
export function createPresenceLogic(): { logic: typeof presenceMachine; gates: Map<string, Obey> } {
  const gates = new Map<string, Obey>();
  const sockets = fromCallback<SocketsCommand, { environmentId: string }>(({ input, receive }) =>
    receive((command) => gates.get(input.environmentId)?.(command)),
  );
  return { logic: presenceMachine.provide({ actors: { sockets } }), gates };
}
