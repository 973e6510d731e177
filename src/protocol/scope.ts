import { z } from 'zod';

/** The wire's name for one conversation of one agent. `agent_id` is null for an agent-free conversation. */
export const runtimeSchema = z.looseObject({
  agent_id: z.string().min(1).nullable(),
  conversation_id: z.string().min(1),
  /** Stamped by the hub: who sent this. Device events ignore it. */
  acting_user_id: z.string().optional(),
});
export type Runtime = z.infer<typeof runtimeSchema>;

/** The key under which a conversation is held in maps and stores. Agent ids only matter for `default`. */
export function scopeKey(agentId: string | null, conversationId: string): string {
  return conversationId === 'default' ? `default:${agentId ?? ''}` : conversationId;
}

/** The reverse of `scopeKey`; the agent is known of `default` only. */
export function readScope(scope: string): { agentId: string | null; conversationId: string } {
  const [, agentId] = /^default:(.*)$/.exec(scope) ?? [];
  return agentId === undefined
    ? { agentId: null, conversationId: scope }
    : { agentId: agentId || null, conversationId: 'default' };
}
