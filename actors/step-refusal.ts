import type { IncomingHttpHeaders } from 'node:http';
import type { ModelStepEvent, ModelStepInput } from '../machines/ports.ts';
import { saysBusy } from './busy-words.ts';
import { hubWaitMs } from './hub-wait.ts';
import { hubWords } from './hub-words.ts';

export interface PlainAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** What a hub says that has no run to attach to: none of that key, none any more, or it cannot look for it. */
const NO_SUCH_RUN = [400, 404, 405, 410, 422];
/** 4xx that pass by themselves. */
const PASSING = [408, 425, 429];

/** True for an answer that begins well and is no stream of events all the same. */
export function isPlain(headers: IncomingHttpHeaders): boolean {
  return /^\s*(text\/html|application\/(\w+\+)?json)\b/i.test(headers['content-type'] ?? '');
}

/** What an answer without a stream means for a step (design.md 5.2, 5.3). */
export function stepRefusal(kind: ModelStepInput['kind'], answer: PlainAnswer): ModelStepEvent {
  const { status, headers, text } = answer;
  const { code, said, message } = hubWords(status, text, headers.location);
  if (code === 'conversation_busy' || (status !== 200 && saysBusy(said)))
    return failed('busy', said, headers);
  const isJson = status === 200 && !headers['content-type']?.includes('html');
  if (kind === 'attach' && (isJson || NO_SUCH_RUN.includes(status))) return { type: 'step.unknown' };
  // The hub may have run the step, and would run it again each time: it is not asked again.
  if (isJson)
    return failed('refused', 'the hub answered the step with JSON, not with a stream of events', headers);
  if (status >= 400 && status < 500 && !PASSING.includes(status)) return failed('refused', message, headers);
  return failed('hub', `the hub answered HTTP ${status}: ${said}`, headers);
}

function failed(
  cause: 'busy' | 'refused' | 'hub',
  message: string,
  headers: IncomingHttpHeaders,
): ModelStepEvent {
  const retryable = cause !== 'refused';
  const retryAfterMs = retryable ? hubWaitMs(headers as Record<string, string | undefined>) : 0;
  return { type: 'step.failed', cause, message, runId: null, retryable, retryAfterMs };
}
