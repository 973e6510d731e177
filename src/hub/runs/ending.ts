import type { RunEnd, SampleUsage } from '../../../machines/ports.ts';
import type { WireUsage } from '../../protocol/delta.ts';
import type { StopReason } from '../../protocol/loop-status.ts';
import type { RunError, RunRow, RunStatus } from '../store/rows.ts';
import type { NewChunk } from './spoken.ts';

/** How a run's end looks from outside. */
export interface Ending {
  status: Exclude<RunStatus, 'streaming'>;
  stopReason: StopReason;
  error: RunError | null;
  usage: WireUsage | null;
}

export function endingOf(runId: string, end: RunEnd): Ending {
  switch (end.outcome) {
    case 'completed':
      return {
        status: 'completed',
        stopReason: end.stop === 'length' ? 'max_tokens_exceeded' : 'end_turn',
        error: null,
        usage: wireUsage(runId, end.usage),
      };
    case 'requiresApproval':
      return {
        status: 'completed',
        stopReason: 'requires_approval',
        error: null,
        usage: wireUsage(runId, end.usage),
      };
    case 'failed':
      return { status: 'failed', stopReason: 'llm_api_error', error: end.failure, usage: null };
    case 'cancelled':
      return { status: 'cancelled', stopReason: 'cancelled', error: null, usage: null };
  }
}

/** A run's end gives the turn up, unless calls wait, or the hub is to blame and the host will come back. */
export function releasesTurn(end: RunEnd, environment: string | null): boolean {
  if (end.outcome === 'requiresApproval') return false;
  const isInterrupted = end.outcome === 'failed' && end.failure.type === 'interrupted';
  return !(isInterrupted && environment !== null);
}

/** The last chunks of a run: the failure if there was one, the reason, the usage if it is known. */
export function lastChunks(runId: string, ending: Omit<Ending, 'status'>, at: number): NewChunk[] {
  const date = new Date(at).toISOString();
  const { error, usage, stopReason } = ending;
  const chunks: NewChunk[] = [];
  if (error)
    chunks.push({
      id: `error-${runId}`,
      date,
      message_type: 'error_message',
      error_type: error.type,
      message: error.message,
      detail: error.message,
      retryable: error.retryable,
      ...(error.retryAfterMs === undefined ? {} : { retry_after_ms: error.retryAfterMs }),
      ...(error.status === undefined ? {} : { status: error.status }),
    });
  chunks.push({ id: `stop-${runId}`, date, message_type: 'stop_reason', stop_reason: stopReason });
  if (usage) chunks.push({ id: `usage-${runId}`, date, message_type: 'usage_statistics', ...usage });
  return chunks;
}

/** The same for a run that is in the store. */
export function endingOfRow(run: RunRow): Omit<Ending, 'status'> {
  return { stopReason: run.stopReason ?? 'error', error: run.error, usage: run.usage };
}

function wireUsage(runId: string, usage: SampleUsage): WireUsage {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.totalTokens,
    step_count: 1,
    run_ids: [runId],
    context_tokens: usage.promptTokens,
    ...(usage.cachedInputTokens === undefined ? {} : { cached_input_tokens: usage.cachedInputTokens }),
    ...(usage.reasoningTokens === undefined ? {} : { reasoning_tokens: usage.reasoningTokens }),
  };
}
