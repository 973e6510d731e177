import { contentText } from '../../protocol/content.ts';
import type { DeviceStatus } from '../../protocol/device-status.ts';
import type { LoopStatus } from '../../protocol/loop-status.ts';
import type { QueueItem } from '../../protocol/queue.ts';
import type { HeldItem } from '../../protocol/relay.ts';
import { type EnvironmentView, isBusy } from '../view.ts';
import { readApprovals } from './approvals.ts';
import { applyDelta } from './deltas.ts';
import { addEntry } from './entries.ts';
import type { Entry } from './entry.ts';
import { messagesOfRun } from './results.ts';
import { applyChunk, closeRun } from './run-chunks.ts';
import { asList, asText, emptyTranscript, type Loose, type Transcript, withEntries } from './state.ts';
import { denyCall, proposeCalls, returnCalls, returnStoredCalls } from './tool-calls.ts';
import { userEntry } from './user-entry.ts';

/** Builds everything anew from what the hub knows. Only the link and how earlier turns ended are kept. */
export function applySnapshot(before: Transcript, snapshot: Loose): Transcript {
  const device = (snapshot.device_status ?? null) as DeviceStatus | null;
  const fresh: Transcript = {
    ...emptyTranscript,
    cursor: asText(snapshot.cursor),
    view: {
      ...emptyTranscript.view,
      link: before.view.link,
      lastTurn: before.view.lastTurn,
      results: before.view.results,
      queue: (Array.isArray(snapshot.queue) ? snapshot.queue : []) as QueueItem[],
      held: (Array.isArray(snapshot.held) ? snapshot.held : []) as HeldItem[],
      loopStatus: (snapshot.loop_status ?? null) as LoopStatus | null,
      deviceStatus: device,
      environment: (snapshot.environment ?? null) as EnvironmentView | null,
    },
  };
  const stored = asList(snapshot.messages).reduce(applyStored, fresh);
  const turned = asList(snapshot.open_turn).reduce(applyDelta, stored);
  const streamed = asList(snapshot.open_run).reduce(applyChunk, turned);
  const approvals = readApprovals(device?.pending_control_requests);
  // While the host is away its status is a copy, and may be older than the turn.
  const mayRun = isBusy(fresh.view) || fresh.view.environment?.status !== 'online';
  const openTurn = mayRun
    ? [...new Set([...before.openTurn, ...streamed.openTurn, ...messagesOfRuns(fresh.view.loopStatus)])]
    : [];
  return { ...streamed, openTurn, view: { ...streamed.view, approvals } };
}

/**
 * The messages whose turn runs now, as the host says; a client that came late has heard none of them. Letta's hosts
 * list those of earlier runs too.
 */
const messagesOfRuns = (loop: LoopStatus | null): string[] =>
  loop?.active_run_ids?.flatMap((runId) => messagesOfRun(loop, runId)) ?? [];

/** One message of the hub's transcript. A run that has one is complete: the hub stores them all at its end. */
function applyStored(transcript: Transcript, message: Loose): Transcript {
  const { entries } = transcript.view;
  const runId = asText(message.run_id);
  const done = runId === null ? transcript : closeRun(transcript, runId);
  switch (message.message_type) {
    case 'user_message': {
      const entry = userEntry(message);
      return entry === null ? transcript : withEntries(transcript, addEntry(entries, entry));
    }
    case 'assistant_message': {
      const text = contentText((message.content ?? '') as string);
      return text ? withEntries(done, addEntry(entries, textEntry('assistant', message, text))) : done;
    }
    case 'reasoning_message': {
      const text = asText(message.reasoning) ?? '';
      return text ? withEntries(done, addEntry(entries, textEntry('reasoning', message, text))) : done;
    }
    case 'approval_request_message':
    case 'tool_call_message':
      return withEntries(done, proposeCalls(entries, message, true));
    case 'tool_return_message':
      return withEntries(transcript, returnStoredCalls(entries, message));
    case 'approval_response_message':
      return withEntries(transcript, asList(message.approvals).reduce(settleCall, entries));
    default:
      return transcript;
  }
}

/** How a call ended, as hosts post it: a result, or a refusal. */
function settleCall(entries: readonly Entry[], item: Loose): readonly Entry[] {
  if ('tool_return' in item) return returnCalls(entries, item);
  const id = asText(item.tool_call_id);
  return id !== null && item.approve === false ? denyCall(entries, id, asText(item.reason) ?? '') : entries;
}

const textEntry = (kind: 'assistant' | 'reasoning', message: Loose, text: string) => ({
  kind,
  key: `${kind}:${asText(message.id) ?? ''}`,
  runId: asText(message.run_id),
  turnId: asText(message.turn_id),
  text,
});
