import type { Chunk, ModelStepEvent, ProposedCall } from '../../../machines/ports.ts';

/** One model step of a scenario as it is being told: what it said so far, and under which run. */
export interface ToldStep {
  runId: string;
  seq: number;
  isSent: boolean;
  calls: ProposedCall[];
  newCallId: () => string;
}

export type ModelWords = { ok: true; events: ModelStepEvent[] } | { ok: false; reason: string };

const CAUSES = ['hub', 'busy', 'interrupted', 'provider', 'refused', 'cancelled'] as const;

/** What the words behind `model:` mean. */
export function readModelWords(words: string, step: ToldStep): ModelWords {
  const [verb = '', text = ''] = split(words);
  switch (verb) {
    case 'sent':
      step.isSent = true;
      return { ok: true, events: [{ type: 'step.sent' }] };
    case 'say':
      return chunk(step, { message_type: 'assistant_message', content: text });
    case 'think':
      return chunk(step, { message_type: 'reasoning_message', reasoning: text });
    case 'call': {
      const [name = '', args = '{}'] = split(text);
      const id = step.newCallId();
      step.calls.push({ id, name, arguments: args });
      const tool_call = { tool_call_id: id, name, arguments: args };
      return chunk(step, { message_type: 'approval_request_message', tool_call, tool_calls: [tool_call] });
    }
    case 'end': {
      const { runId, calls } = step;
      const stopReason = calls.length > 0 ? 'requires_approval' : 'end_turn';
      return { ok: true, events: [{ type: 'step.ended', runId, stopReason, calls, usage: null }] };
    }
    case 'fail': {
      const [cause = '', message = ''] = split(text);
      const known = CAUSES.find((each) => each === cause);
      if (known === undefined)
        return { ok: false, reason: `"fail" is followed by one of ${CAUSES.join(', ')}, not by "${cause}"` };
      return { ok: true, events: [failure(known, message, step)] };
    }
    case 'wait':
      return { ok: true, events: [{ type: 'step.waiting', environment: text }] };
    case 'unknown':
      return { ok: true, events: [{ type: 'step.unknown' }] };
    default:
      return {
        ok: false,
        reason: `model: "${verb}" is not one of sent, say, think, call, end, fail, wait, unknown`,
      };
  }
}

function chunk(step: ToldStep, said: Chunk): ModelWords {
  step.seq += 1;
  const { runId, seq } = step;
  const sent: ModelStepEvent[] = step.isSent ? [] : [{ type: 'step.sent' }];
  step.isSent = true;
  const body: Chunk = { ...said, id: `message-${runId}`, run_id: runId, seq_id: seq };
  return { ok: true, events: [...sent, { type: 'step.chunks', runId, seq, chunks: [body] }] };
}

function failure(cause: (typeof CAUSES)[number], message: string, step: ToldStep): ModelStepEvent {
  return {
    type: 'step.failed',
    cause,
    message,
    runId: step.isSent ? step.runId : null,
    retryable: cause === 'provider',
    retryAfterMs: 0,
  };
}

/** The first word and the rest. */
export function split(text: string): [string, string] {
  const at = text.indexOf(' ');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1).trim()];
}
