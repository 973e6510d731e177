import { hubRequest } from '../../actors/hub-request.ts';
import type { Scope } from '../../machines/ports.ts';
import type { CommandOf } from '../protocol/commands.ts';
import type { HubSession } from './hub-session.ts';

export type StartedRuntime =
  | {
      ok: true;
      scope: Scope;
      agent: unknown;
      conversation: unknown;
      created: { agent: boolean; conversation: boolean };
    }
  | { ok: false; error: string };

/** `runtime_start`: finds or makes the agent and the conversation at the hub (protocol.md 3.3). */
export async function startRuntime(
  hub: HubSession,
  command: CommandOf<'runtime_start'>,
): Promise<StartedRuntime> {
  if (command.agent_id && command.create_agent)
    return { ok: false, error: 'runtime_start takes agent_id or create_agent, not both' };
  if (command.conversation_id && command.create_conversation)
    return { ok: false, error: 'runtime_start takes conversation_id or create_conversation, not both' };

  const agent = command.create_agent
    ? await ask(hub, 'POST', '/v1/agents/', command.create_agent.body)
    : command.agent_id
      ? await ask(hub, 'GET', `/v1/agents/${encodeURIComponent(command.agent_id)}`)
      : { ok: true as const, value: null };
  if (!agent.ok) return agent;
  const agentId = idOf(agent.value);
  if (agentId === null)
    return {
      ok: false,
      error: 'runtime_start needs agent_id or create_agent: this hub keeps every conversation under an agent',
    };

  const isDefault = command.conversation_id === 'default';
  const conversation = isDefault
    ? { ok: true as const, value: null }
    : command.conversation_id
      ? await ask(hub, 'GET', `/v1/conversations/${encodeURIComponent(command.conversation_id)}`)
      : await ask(
          hub,
          'POST',
          `/v1/conversations/?agent_id=${encodeURIComponent(agentId)}`,
          command.create_conversation?.body ?? {},
        );
  if (!conversation.ok) return conversation;
  return {
    ok: true,
    scope: { agentId, conversationId: isDefault ? 'default' : (idOf(conversation.value) ?? 'default') },
    agent: agent.value,
    conversation: conversation.value,
    created: {
      agent: command.create_agent !== undefined,
      conversation: !command.conversation_id,
    },
  };
}

async function ask(
  hub: HubSession,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<{ ok: true; value: unknown } | { ok: false; error: string }> {
  const answer = await hubRequest(hub.address(), { method, path, ...(body === undefined ? {} : { body }) });
  return answer.ok ? { ok: true, value: answer.value } : { ok: false, error: answer.message };
}

function idOf(value: unknown): string | null {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === 'string' ? id : null;
}
