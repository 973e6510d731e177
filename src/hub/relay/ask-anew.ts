import { readScope } from '../../protocol/scope.ts';
import type { RelayContext } from './context.ts';
import type { Live } from './live.ts';

/**
 * Asks a host that came without its past what became of the turns that it was last heard of with. Of those that go on
 * it tells by itself; of one that ended while nobody heard it nobody would ever be told.
 */
export function askAnew({ known, data }: RelayContext, live: Live): void {
  const { host } = live;
  if (!host?.isLinked) return;
  for (const scope of known.restless(live.id)) {
    const { agentId, conversationId } = readScope(scope);
    const owner = data.conversationExists(agentId, conversationId);
    if (owner)
      host.send({ type: 'sync', runtime: { agent_id: owner.agentId, conversation_id: conversationId } });
  }
}
