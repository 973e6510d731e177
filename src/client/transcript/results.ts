import type { WireUsage } from '../../protocol/delta.ts';
import type { LoopStatus } from '../../protocol/loop-status.ts';
import type { QueueItem } from '../../protocol/queue.ts';
import type { TurnResult } from '../view.ts';
import { asList, asText, type Loose, type Transcript, withView } from './state.ts';

/** Messages whose end is remembered. */
const MOST_RESULTS = 64;

/**
 * `turn_finished`: the turn of the messages it names. Letta's hosts name none: it is that of all that were echoed since
 * the last one, and of those that the loop status lists for the run it ended with.
 */
export function finishTurn(transcript: Transcript, frame: Loose): Transcript {
  const result: TurnResult = {
    turnId: asText(frame.turn_id),
    stopReason: asText(frame.stop_reason) ?? 'error',
    error: asText(frame.error),
    usage: (frame.usage ?? null) as WireUsage | null,
  };
  const named = Array.isArray(frame.client_message_ids) ? (frame.client_message_ids as string[]) : null;
  const ended = withView({ ...transcript, openTurn: [] }, { lastTurn: result });
  const listed = messagesOfRun(transcript.view.loopStatus, asText(frame.run_id));
  const ids = named ?? new Set([...transcript.openTurn, ...listed]);
  return [...ids].reduce((changed, id) => withResult(changed, id, result), ended);
}

/** The messages of a run, as its host lists them. */
export const messagesOfRun = (loop: LoopStatus | null, runId: string | null): readonly string[] =>
  (runId === null ? null : loop?.client_message_ids_by_run_id?.[runId]) ?? [];

/** `update_queue`: the whole queue as it is now, and what was taken out of it for good. */
export function applyQueue(transcript: Transcript, frame: Loose): Transcript {
  const queue = (Array.isArray(frame.queue) ? frame.queue : []) as QueueItem[];
  const cancelled = asList(frame.removed).filter(({ disposition }) => disposition === 'cancelled');
  return cancelled.reduce<Transcript>(
    (changed, removal) => endWithoutTurn(changed, asText(removal.client_message_id) ?? '', 'withdrawn', null),
    withView(transcript, { queue }),
  );
}

/** A message that will never be in a turn. */
export function endWithoutTurn(
  transcript: Transcript,
  clientMessageId: string,
  stopReason: 'withdrawn' | 'expired' | 'refused',
  error: string | null,
): Transcript {
  return withResult(transcript, clientMessageId, { turnId: null, stopReason, error, usage: null });
}

function withResult(transcript: Transcript, clientMessageId: string, result: TurnResult): Transcript {
  const results = { ...transcript.view.results, [clientMessageId]: result };
  const ids = Object.keys(results);
  for (const id of ids.slice(0, Math.max(0, ids.length - MOST_RESULTS))) delete results[id];
  return withView(transcript, { results });
}
