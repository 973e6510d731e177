import type { JsonObject, PromptMessage } from '../../../machines/ports.ts';
import { type Content, contentText } from '../../protocol/content.ts';
import type { WireToolCall, WireToolReturn } from '../../protocol/delta.ts';
import type { MessageRow } from '../store/rows.ts';
import { promptContent } from './content.ts';

type Assistant = Extract<PromptMessage, { role: 'assistant' }>;
type ToolResults = Extract<PromptMessage, { role: 'tool' }>;

/**
 * What a row of the transcript does to a prompt whose last message is `last`: `replace` puts a fuller message in
 * its place, `add` appends one, null leaves the prompt as it is. `sameRun`: the row before came from the same run.
 * The same rows give the same prompt, whether they come one by one or all at once.
 */
export type Fold = { kind: 'add' | 'replace'; message: PromptMessage };

export function fold(row: MessageRow, last: PromptMessage | undefined, sameRun: boolean): Fold | null {
  switch (row.kind) {
    case 'user_message':
      return add({ role: 'user', turn: row.turnId, content: promptContent(row.body.content as Content) });
    case 'system_message':
      return add({
        role: 'user',
        turn: row.turnId,
        content: `<system-message>\n${contentText(row.body.content as Content)}\n</system-message>`,
      });
    case 'tool_return_message':
      return foldResults(row, last);
    case 'assistant_message':
    case 'reasoning_message':
    case 'hidden_reasoning_message':
    case 'approval_request_message':
      return foldSaid(row, sameRun && last?.role === 'assistant' ? last : null);
    default:
      return null;
  }
}

/** What one run said is one message. */
function foldSaid(row: MessageRow, open: Assistant | null): Fold | null {
  const before: Assistant = open ?? {
    role: 'assistant',
    turn: row.turnId,
    text: '',
    reasoning: [],
    calls: [],
  };
  const message = said(row, before);
  if (!message) return null;
  return { kind: open ? 'replace' : 'add', message };
}

function said(row: MessageRow, before: Assistant): Assistant | null {
  const { body, hidden } = row;
  if (row.kind === 'assistant_message')
    return { ...before, text: join(before.text, contentText(body.content as Content)) };
  if (row.kind === 'approval_request_message') {
    const providerIds = (hidden?.providerIds ?? []) as string[];
    const calls = ((body.tool_calls ?? []) as unknown as WireToolCall[]).map((call, index) => ({
      id: call.tool_call_id,
      providerId: providerIds[index] ?? call.tool_call_id,
      name: call.name,
      arguments: call.arguments,
    }));
    return { ...before, calls: [...before.calls, ...calls] };
  }
  // Reasoning that was cut off has no signature, and providers refuse it without.
  if (hidden?.cut) return null;
  const metadata = hidden?.metadata as JsonObject | undefined;
  const text = typeof body.reasoning === 'string' ? body.reasoning : '';
  return { ...before, reasoning: [...before.reasoning, { text, ...(metadata ? { metadata } : {}) }] };
}

/** Results of one step are one message, also when some came from the host and the rest was closed here. */
function foldResults(row: MessageRow, last: PromptMessage | undefined): Fold {
  const calls = (row.hidden?.calls ?? {}) as Record<string, { name: string; providerId: string }>;
  const results: ToolResults['results'] = ((row.body.tool_returns ?? []) as unknown as WireToolReturn[]).map(
    (result) => ({
      id: result.tool_call_id,
      providerId: calls[result.tool_call_id]?.providerId ?? result.tool_call_id,
      name: calls[result.tool_call_id]?.name ?? 'unknown',
      text: result.tool_return,
      isError: result.status === 'error',
      ...(result.updated_input ? { note: noteOfEdit(result.updated_input) } : {}),
    }),
  );
  if (last?.role === 'tool' && last.turn === row.turnId)
    return { kind: 'replace', message: { ...last, results: [...last.results, ...results] } };
  return add({ role: 'tool', turn: row.turnId, results });
}

const join = (a: string, b: string): string => (a === '' ? b : `${a}\n${b}`);
const add = (message: PromptMessage): Fold => ({ kind: 'add', message });

/** A model that proposed one thing must know that another one ran. */
const noteOfEdit = (ran: Record<string, unknown>): string =>
  `The user changed the arguments before allowing this call. It ran with: ${JSON.stringify(ran)}`;
