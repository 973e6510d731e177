import type { RunRow } from '../store/rows.ts';

/** A run as Letta's clients expect it. */
export function wireRun(run: RunRow): Record<string, unknown> {
  const { type, ...failure } = run.error ?? { type: null };
  return {
    id: run.id,
    agent_id: run.agentId,
    conversation_id: run.conversationId,
    status: run.status === 'streaming' ? 'running' : run.status,
    stop_reason: run.stopReason,
    background: true,
    created_at: new Date(run.createdAt).toISOString(),
    completed_at: run.completedAt === null ? null : new Date(run.completedAt).toISOString(),
    total_duration_ns: run.completedAt === null ? null : (run.completedAt - run.createdAt) * 1_000_000,
    metadata: {
      turn_id: run.turnId,
      environment: run.environment,
      model: run.model,
      otid: run.key,
      ...(run.error ? { error: { error_type: type, ...failure } } : {}),
    },
  };
}
