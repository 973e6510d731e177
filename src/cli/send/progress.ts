import { type Entry, isBusy, type TurnResult, type View } from '../../client/index.ts';

/** Where a message of ours is. */
export type Progress =
  | { state: 'waiting' }
  | { state: 'running' }
  | { state: 'ended'; result: TurnResult }
  /** It ended while we were cut off: how, the hub must be asked. */
  | { state: 'missed' };

/** `isRebuilt`: the view came from a snapshot since the message was sent, so an end may have been missed. */
export function progressOf(view: View, clientMessageId: string, isRebuilt: boolean): Progress {
  const result = view.results[clientMessageId];
  if (result) return { state: 'ended', result };
  const queued = view.queue.some((item) => item.client_message_id === clientMessageId);
  const held = view.held.some((item) => item.id === clientMessageId);
  if (queued || held || view.link !== 'live') return { state: 'waiting' };
  if (entriesSince(view, clientMessageId).length === 0) return { state: 'waiting' };
  return isRebuilt && !isBusy(view) ? { state: 'missed' } : { state: 'running' };
}

/** The transcript from our message on; nothing before the message is in it. */
export function entriesSince(view: View, clientMessageId: string): readonly Entry[] {
  const from = view.entries.findLastIndex(
    (entry) => entry.kind === 'user' && entry.clientMessageId === clientMessageId,
  );
  return from === -1 ? [] : view.entries.slice(from);
}
