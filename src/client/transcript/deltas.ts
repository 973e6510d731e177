import { dropApproval } from './approvals.ts';
import { addEntry, changeTool } from './entries.ts';
import type { Entry, NoteEntry } from './entry.ts';
import { applyChunk, takeBackCalls, takeBackRun } from './run-chunks.ts';
import { asList, asText, type Loose, type Transcript, withEntries, withView } from './state.ts';
import { endCall, returnCalls, startCall } from './tool-calls.ts';
import { userEntry } from './user-entry.ts';

/** One `stream_delta`. A kind that is not known here changes nothing. */
export function applyDelta(transcript: Transcript, delta: Loose): Transcript {
  const { entries } = transcript.view;
  switch (delta.message_type) {
    case 'assistant_message':
    case 'reasoning_message':
    case 'approval_request_message':
    case 'tool_call_message':
      return applyChunk(transcript, delta);
    case 'stop_reason':
      return delta.stop_reason === 'cancelled' ? takeBackCalls(transcript, asText(delta.run_id)) : transcript;
    case 'user_message':
      return echoUser(transcript, delta);
    case 'client_tool_start':
      return moved(transcript, startCall(entries, delta), delta);
    case 'client_tool_end':
      return moved(transcript, endCall(entries, delta), delta);
    case 'tool_return_message':
      return moved(transcript, returnCalls(entries, delta), delta);
    case 'approval_response_message':
      return applyDecisions(transcript, delta);
    case 'retry':
      return applyRetry(transcript, delta);
    case 'status':
      return note(transcript, delta, 'status', readLevel(delta.level), asText(delta.message) ?? '');
    case 'loop_error':
    case 'error_message':
      return note(transcript, delta, 'error', 'error', asText(delta.message) ?? '');
    case 'slash_command_end':
    case 'command_end':
      return note(
        transcript,
        delta,
        'command',
        delta.success ? 'info' : 'warning',
        asText(delta.output) ?? '',
      );
    default:
      return transcript;
  }
}

function echoUser(transcript: Transcript, delta: Loose): Transcript {
  const entry = userEntry(delta);
  if (entry === null) return transcript;
  const id = entry.clientMessageId;
  const openTurn =
    id === null || transcript.openTurn.includes(id) ? transcript.openTurn : [...transcript.openTurn, id];
  return withEntries({ ...transcript, openTurn }, addEntry(transcript.view.entries, entry));
}

/** A call that moves is no longer waiting for a person. */
function moved(transcript: Transcript, entries: readonly Entry[], delta: Loose): Transcript {
  const approvals = dropApproval(transcript.view.approvals, asText(delta.tool_call_id));
  const same = entries === transcript.view.entries && approvals === transcript.view.approvals;
  return same ? transcript : withView(transcript, { entries, approvals });
}

/** What somebody said to a call, told to all; how the call ends is told by its result. */
function applyDecisions(transcript: Transcript, delta: Loose): Transcript {
  const ranWith = delta.edited === true ? asText(delta.tool_args) : null;
  return asList(delta.approvals).reduce((changed, item) => {
    const id = asText(item.tool_call_id);
    if (id === null || typeof item.approve !== 'boolean') return changed;
    const decision = {
      behavior: item.approve ? ('allow' as const) : ('deny' as const),
      by: asText(delta.acting_user_id) ?? asText(delta.sender_id),
      message: asText(item.reason) ?? asText(delta.reason),
    };
    const entries = changeTool(changed.view.entries, id, (tool) => ({
      ...tool,
      decision,
      edited: ranWith ?? tool.edited,
    }));
    return withView(changed, { entries, approvals: dropApproval(changed.view.approvals, id) });
  }, transcript);
}

/** The run it names was cut off: what it showed goes, and the next run says it again (design.md 5.3). */
function applyRetry(transcript: Transcript, delta: Loose): Transcript {
  const runId = asText(delta.run_id);
  const cleared = withoutLastError(runId === null ? transcript : takeBackRun(transcript, runId), delta);
  const attempt =
    typeof delta.attempt === 'number' ? ` (attempt ${delta.attempt} of ${delta.max_attempts})` : '';
  return note(cleared, delta, 'retry', 'warning', `${asText(delta.message) ?? 'trying again'}${attempt}`);
}

/** The run told the failure as its last word; the retry that follows tells it again, and more. */
function withoutLastError(transcript: Transcript, delta: Loose): Transcript {
  const { entries } = transcript.view;
  const last = entries.at(-1);
  const isTold = last?.kind === 'note' && last.about === 'error' && last.text === delta.message;
  return isTold ? withEntries(transcript, entries.slice(0, -1)) : transcript;
}

/** Adds a line that is said once. */
export function note(
  transcript: Transcript,
  delta: Loose,
  about: NoteEntry['about'],
  level: NoteEntry['level'],
  text: string,
): Transcript {
  const { entries } = transcript.view;
  const last = entries.at(-1);
  // A failure is told twice on the wire: by the run and by the loop.
  if (about === 'error' && last?.kind === 'note' && last.about === 'error' && last.text === text)
    return transcript;
  const key = `note:${asText(delta.id) ?? `${about}:${text}`}`;
  return withEntries(transcript, addEntry(entries, { kind: 'note', key, about, level, text }));
}

function readLevel(level: unknown): NoteEntry['level'] {
  return level === 'success' || level === 'warning' ? level : 'info';
}
