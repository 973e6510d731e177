import type { Chunk, JsonObject, ModelStepEvent, ModelStepInput, ProposedCall } from '../machines/ports.ts';
import { saysBusy } from './busy-words.ts';

type Say = (event: ModelStepEvent) => void;
type Failed = Extract<ModelStepEvent, { type: 'step.failed' }>;

/** Failures that the hub reports inside a stream and that the same request would meet again. */
const refusals = new Set(['conversation_busy', 'duplicate', 'not_the_holder', 'otid_conflict']);

export interface StepReader {
  /** The data of one server-sent event. */
  data(text: string): void;
  /** What came together has been read: its chunks are said in one. */
  rest(): void;
}

/**
 * Reads the chunks of one run: passes them on for people to see, puts the fragments of tool calls together, and
 * says how the step ended. Chunks that were seen before a cut are passed over by their number.
 */
export function readStep(after: ModelStepInput['after'], say: Say, finish: Say): StepReader {
  const calls = new Map<string, ProposedCall>();
  let runId = after?.runId ?? '';
  let stopReason = '';
  let usage: JsonObject | null = null;
  let failure: Failed | null = null;
  let chunks: Chunk[] = [];
  let seq = 0;

  const rest = (): void => {
    if (chunks.length === 0) return;
    const told = chunks;
    chunks = [];
    say({ type: 'step.chunks', runId, seq, chunks: told });
  };

  const chunk = (value: Chunk): void => {
    if (typeof value.run_id === 'string') runId = value.run_id;
    const number = typeof value.seq_id === 'number' ? value.seq_id : 0;
    if (value.message_type === 'approval_request_message') collect(calls, value);
    if (value.message_type === 'stop_reason') stopReason = String(value.stop_reason);
    if (value.message_type === 'usage_statistics') usage = value;
    if (value.message_type === 'error_message') failure = failed(value, runId);
    // Nothing was said yet and nothing failed: it is no part of what people see of the step.
    if (failure?.cause === 'busy') return;
    if (after && runId === after.runId && number <= after.seq) return;
    seq = number;
    chunks.push(value);
  };

  const ending = (): ModelStepEvent => {
    if (stopReason === 'cancelled')
      return { ...cutOff(runId), cause: 'cancelled', message: 'the run was cancelled', retryable: false };
    if (failure) return failure;
    if (stopReason === '') return cutOff(runId);
    const asked = stopReason === 'requires_approval' ? [...calls.values()] : [];
    return { type: 'step.ended', runId, stopReason, calls: asked, usage };
  };

  return {
    data(text) {
      if (text === '[DONE]') {
        rest();
        finish(ending());
        return;
      }
      const value = parse(text);
      if (!isChunk(value) || value.message_type === 'ping' || value.message_type === 'response_state') return;
      if (value.message_type === 'waiting') {
        rest();
        say({ type: 'step.waiting', environment: String(value.environment ?? 'another program') });
        return;
      }
      chunk(value);
    },
    rest,
  };
}

const cutOff = (runId: string): Failed => ({
  type: 'step.failed',
  cause: 'hub',
  message: 'the stream ended before the step did',
  runId: runId || null,
  retryable: true,
  retryAfterMs: 0,
});

/** Fragments of a call share its id; their arguments are to be put together in order. */
function collect(calls: Map<string, ProposedCall>, value: JsonObject): void {
  const fragments = Array.isArray(value.tool_calls) ? value.tool_calls : [value.tool_call];
  for (const fragment of fragments) {
    if (typeof fragment !== 'object' || fragment === null || Array.isArray(fragment)) continue;
    const id = fragment.tool_call_id;
    if (typeof id !== 'string') continue;
    const known = calls.get(id) ?? { id, name: '', arguments: '' };
    calls.set(id, {
      id,
      name: typeof fragment.name === 'string' && fragment.name ? fragment.name : known.name,
      arguments: known.arguments + (typeof fragment.arguments === 'string' ? fragment.arguments : ''),
    });
  }
}

function failed(value: JsonObject, runId: string): Failed {
  const kind = String(value.error_type ?? '');
  const said = [value.message, value.detail].filter((part) => typeof part === 'string' && part !== '');
  return {
    type: 'step.failed',
    cause: causeOf(kind, said.join(' ')),
    message: String(said[0] ?? 'the model failed'),
    runId: runId || null,
    retryable: value.retryable !== false,
    retryAfterMs: typeof value.retry_after_ms === 'number' ? value.retry_after_ms : 0,
  };
}

function causeOf(kind: string, said: string): Failed['cause'] {
  if (kind === 'interrupted') return 'interrupted';
  if (refusals.has(kind)) return 'refused';
  return saysBusy(said) ? 'busy' : 'provider';
}

const isChunk = (value: JsonObject | null): value is Chunk => typeof value?.message_type === 'string';

function parse(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as JsonObject;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
