import { scopeKey } from '../../protocol/scope.ts';
import type { Problem } from '../runs/problem.ts';
import type { HubStore } from '../store/hub-store.ts';
import type { ConversationRow } from '../store/rows.ts';
import { invalid, notFound } from './answer.ts';

export type FoundConversation = { ok: true; conversation: ConversationRow } | { ok: false; problem: Problem };

/**
 * The conversation that a path means: its id, or `default` with the agent beside it, or the agent's id for that
 * agent's default one.
 */
export function conversationOf(store: HubStore, id: string, agentId: string | null): FoundConversation {
  const isAgentId = id.startsWith('agent-') && store.agent(id) !== null;
  const owner = isAgentId ? id : agentId;
  if (id === 'default' && owner === null)
    return { ok: false, problem: invalid('agent_id', 'whose default conversation is meant? Name the agent') };
  if (owner !== null && !store.agent(owner))
    return { ok: false, problem: notFound(`there is no agent "${owner}"`) };
  const conversation = store.conversation(scopeKey(owner, isAgentId ? 'default' : id));
  if (!conversation) return { ok: false, problem: notFound(`there is no conversation "${id}"`) };
  if (owner !== null && conversation.agentId !== owner)
    return {
      ok: false,
      problem: notFound(`conversation "${id}" is not of agent "${owner}" but of "${conversation.agentId}"`),
    };
  return { ok: true, conversation };
}
