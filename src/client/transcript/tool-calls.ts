import { LIVE_OUTPUT } from '../../protocol/delta.ts';
import { changeTool, indexOfKey, toolKey } from './entries.ts';
import type { Entry, ToolDecision, ToolEntry, ToolState } from './entry.ts';
import { isSettled } from './entry.ts';
import { asList, asLoose, asText, type Loose } from './state.ts';

/** The calls of a message: `tool_calls`, else the single `tool_call`. */
function callsOf(message: Loose): Loose[] {
  const calls = asList(message.tool_calls);
  if (calls.length > 0) return calls;
  return message.tool_call ? [asLoose(message.tool_call)] : [];
}

/** The calls that a message proposes. Their arguments come in fragments; `whole` when these are all of them. */
export function proposeCalls(entries: readonly Entry[], message: Loose, whole: boolean): readonly Entry[] {
  const from = { runId: asText(message.run_id), turnId: asText(message.turn_id) };
  return callsOf(message).reduce(
    (changed, call) => proposeCall(changed, asLoose(call), from, whole),
    entries,
  );
}

function proposeCall(
  entries: readonly Entry[],
  call: Loose,
  from: { runId: string | null; turnId: string | null },
  whole: boolean,
): readonly Entry[] {
  const id = asText(call.tool_call_id);
  if (id === null) return entries;
  const text = asText(call.arguments) ?? '';
  return changeTool(entries, id, (tool) => ({
    ...tool,
    runId: from.runId ?? tool.runId,
    turnId: from.turnId ?? tool.turnId,
    name: asText(call.name) || tool.name,
    arguments: whole ? text : tool.arguments + text,
  }));
}

/** `client_tool_start`: the call runs now, with these arguments. */
export function startCall(entries: readonly Entry[], delta: Loose): readonly Entry[] {
  return changeTool(entries, asText(delta.tool_call_id) ?? '', (tool) => {
    if (isSettled(tool)) return tool;
    const ranWith = asText(delta.tool_args);
    return {
      ...tool,
      name: tool.name || (asText(delta.tool_name) ?? ''),
      edited: ranWith !== null && !sameJson(ranWith, tool.arguments) ? ranWith : tool.edited,
      state: 'running',
    };
  });
}

/** Results and output so far. A result stands; output that comes after it is late. */
export function returnCalls(entries: readonly Entry[], message: Loose): readonly Entry[] {
  const live = asText(message.id)?.startsWith(LIVE_OUTPUT) ?? false;
  return returnsOf(message).reduce<readonly Entry[]>(
    (changed, item) => returnCall(changed, item, live),
    entries,
  );
}

/** Results of a stored transcript. It may begin behind the calls of the first ones: those are no entries. */
export function returnStoredCalls(entries: readonly Entry[], message: Loose): readonly Entry[] {
  return returnsOf(message)
    .filter((item) => indexOfKey(entries, toolKey(asText(item.tool_call_id) ?? '')) !== -1)
    .reduce<readonly Entry[]>((changed, item) => returnCall(changed, item, false), entries);
}

function returnsOf(message: Loose): Loose[] {
  const listed = asList(message.tool_returns);
  return listed.length > 0 ? listed : [message];
}

function returnCall(entries: readonly Entry[], item: Loose, live: boolean): readonly Entry[] {
  const id = asText(item.tool_call_id);
  if (id === null) return entries;
  const output = returnText(item.tool_return);
  return changeTool(entries, id, (tool): ToolEntry => {
    if (live) return isSettled(tool) ? tool : { ...tool, output };
    const edited = editedIn(item) ?? tool.edited;
    const decision = decisionIn(item) ?? tool.decision;
    return { ...tool, output, hasResult: true, edited, decision, state: endState(item) };
  });
}

/** `client_tool_end`: how it ended is known before the whole result is there. */
export function endCall(entries: readonly Entry[], delta: Loose): readonly Entry[] {
  return changeTool(entries, asText(delta.tool_call_id) ?? '', (tool) =>
    isSettled(tool) ? tool : { ...tool, state: endState(delta) },
  );
}

function endState(item: Loose): ToolState {
  const outcome = item.outcome;
  if (outcome === 'unknown' || outcome === 'cancelled' || outcome === 'denied') return outcome;
  return item.status === 'success' ? 'succeeded' : 'failed';
}

/** A refusal as the transcript stores it. */
export function denyCall(entries: readonly Entry[], toolCallId: string, reason: string): readonly Entry[] {
  return changeTool(entries, toolCallId, (tool) =>
    isSettled(tool) ? tool : { ...tool, state: 'denied', output: reason, hasResult: true },
  );
}

function editedIn(item: Loose): string | null {
  const input = item.updated_input;
  return typeof input === 'object' && input !== null ? JSON.stringify(input) : null;
}

/** Who had said what, where the transcript keeps it. */
function decisionIn(item: Loose): ToolDecision | null {
  const { behavior, by, message } = asLoose(item.decided);
  if (behavior !== 'allow' && behavior !== 'deny') return null;
  return { behavior, by: asText(by), message: asText(message) };
}

function returnText(value: unknown): string {
  if (typeof value === 'string') return value;
  return asList(value)
    .map((part) => asText(part.text) ?? `[${asText(part.type) ?? '?'}]`)
    .join('\n');
}

function sameJson(a: string, b: string): boolean {
  try {
    return canonical(JSON.parse(a)) === canonical(JSON.parse(b));
  } catch {
    return a === b;
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
