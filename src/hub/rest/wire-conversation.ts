import type { ConversationRow } from '../store/rows.ts';

/** A conversation as Letta's clients expect it. */
export function wireConversation(row: ConversationRow): Record<string, unknown> {
  const date = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
  return {
    id: row.id,
    agent_id: row.agentId,
    summary: row.summary,
    description: row.description,
    model: row.model,
    model_settings: row.modelSettings,
    context_window_limit: row.contextWindowLimit,
    archived: row.archivedAt !== null,
    archived_at: date(row.archivedAt),
    created_at: date(row.createdAt),
    created_by_id: row.createdBy,
    updated_at: date(row.updatedAt),
    last_message_at: date(row.lastMessageAt),
    /** Ours: who runs the conversation's turn now. */
    turn: row.lease
      ? {
          turn_id: row.lease.turnId,
          environment: row.lease.environment,
          open_tool_call_ids: row.openCalls?.calls.map(({ id }) => id) ?? [],
        }
      : null,
  };
}
