import type { Json, JsonObject, ToolSpec } from '../../../machines/ports.ts';
import { type Content, contentText } from '../../protocol/content.ts';
import type { MessagesPost } from '../../protocol/rest.ts';
import { printOf } from './print.ts';
import type { Problem } from './problem.ts';

/** A message of a step, before it has a place in the transcript. */
export interface PostedMessage {
  kind: 'message';
  role: 'user' | 'system' | 'assistant';
  content: Content;
  otid: string | null;
  /** The sender's own name for it, which stays when the `otid` is made anew. */
  clientMessageId: string | null;
  /** Whom the poster names as its author. */
  sender: string | null;
  print: string;
}

export interface PostedResult {
  callId: string;
  status: 'success' | 'error';
  text: string;
  outcome?: string;
  stdout?: string[];
  stderr?: string[];
  /** The arguments that ran, where a person changed those that the model proposed. */
  updated_input?: JsonObject;
  /** Who allowed or denied the call, where somebody was asked. */
  decided?: JsonObject;
}

export interface PostedResults {
  kind: 'results';
  results: PostedResult[];
  otid: string | null;
  print: string;
}

/** What one POST asks of the model. */
export interface Step {
  /** The first `otid`: under it the step is known for good. Null: it can never be told from another. */
  key: string | null;
  parts: (PostedMessage | PostedResults)[];
  tools: ToolSpec[];
  model: string | null;
  system: string | null;
}

export type ReadStep = { ok: true; step: Step } | { ok: false; problem: Problem };

type PostedItem = NonNullable<MessagesPost['messages']>[number];

/** Reads a checked body. What no schema can tell is refused here. */
export function readStep(body: MessagesPost): ReadStep {
  const items: PostedItem[] = [...(body.messages ?? [])];
  if (body.input != null) items.push({ role: 'user', content: body.input });
  if (items.length === 0)
    return refuse(422, 'invalid_body', 'messages: give at least one message, or "input"', 'messages');
  const parts: Step['parts'] = [];
  for (const [index, item] of items.entries()) {
    const part = readItem(item, `messages.${index}`);
    if ('problem' in part) return { ok: false, problem: part.problem };
    parts.push(part);
  }
  const otids = parts.flatMap(({ otid }) => (otid === null ? [] : [otid]));
  const twice = otids.find((otid, index) => otids.indexOf(otid) !== index);
  if (twice !== undefined)
    return refuse(
      400,
      'otid_conflict',
      `otid "${twice}" stands twice in one request; each message needs its own`,
    );
  return {
    ok: true,
    step: {
      key: otids[0] ?? null,
      parts,
      tools: (body.client_tools ?? []).map((tool) => ({
        name: tool.name,
        description: tool.description ?? '',
        parameters: (tool.parameters as JsonObject | null | undefined) ?? { type: 'object', properties: {} },
      })),
      model: body.override_model ?? null,
      system: body.override_system ?? null,
    },
  };
}

/** What calls came to, as a host hands it over when it cancels. */
export function readResults(approvals: readonly Approval[]): PostedResult[] {
  return approvals.flatMap((approval) => readApproval(approval) ?? []);
}

function readItem(item: PostedItem, path: string): PostedMessage | PostedResults | { problem: Problem } {
  if (item.type === 'approval') {
    const results: PostedResult[] = [];
    for (const approval of item.approvals) {
      const result = readApproval(approval);
      if (!result) return { problem: runsNoTools(approval.tool_call_id) };
      results.push(result);
    }
    return resultsOf(results, item.otid, path);
  }
  if (item.type === 'tool_return') return resultsOf(item.tool_returns.map(readReturn), item.otid, path);
  const { role, content } = item;
  const named = item.acting_user_id ?? item.sender_id;
  const sender = typeof named === 'string' ? named : null;
  return {
    kind: 'message',
    role,
    content: content as Content,
    otid: item.otid ?? item.client_message_id ?? null,
    clientMessageId: item.client_message_id ?? null,
    sender,
    print: printOf([role, content]),
  };
}

function resultsOf(
  results: PostedResult[],
  otid: string | null | undefined,
  path: string,
): PostedResults | { problem: Problem } {
  if (results.length === 0)
    return { problem: refuse(422, 'invalid_body', `${path}: it holds no result`, path).problem };
  return { kind: 'results', results, otid: otid ?? null, print: printOf(results) };
}

type Approval = Extract<PostedItem, { type: 'approval' }>['approvals'][number];
type ToolReturn = Extract<PostedItem, { type: 'tool_return' }>['tool_returns'][number];

/** Null for "approved": that asks the hub to run the tool. */
function readApproval(approval: Approval): PostedResult | null {
  if (!('approve' in approval)) return readReturn(approval as ToolReturn);
  if (approval.approve) return null;
  return {
    callId: approval.tool_call_id,
    status: 'error',
    text: (approval.reason as string | null | undefined) || 'Denied by the user.',
    outcome: 'denied',
    ...(approval.decided ? { decided: approval.decided as JsonObject } : {}),
  };
}

function readReturn({
  tool_call_id,
  tool_return,
  status,
  outcome,
  stdout,
  stderr,
  updated_input,
  decided,
}: ToolReturn): PostedResult {
  return {
    callId: tool_call_id,
    status,
    text: typeof tool_return === 'string' ? tool_return : contentText(tool_return),
    ...(outcome === undefined ? {} : { outcome }),
    ...(stdout ? { stdout } : {}),
    ...(stderr ? { stderr } : {}),
    ...(updated_input ? { updated_input: updated_input as JsonObject } : {}),
    ...(decided ? { decided: decided as JsonObject } : {}),
  };
}

/** The wire's form of a result. */
export function wireReturn(result: PostedResult): JsonObject {
  const { callId, text, ...rest } = result;
  return { tool_call_id: callId, tool_return: text, ...(rest as Record<string, Json>) };
}

const runsNoTools = (callId: string): Problem => ({
  status: 400,
  error: 'no_tools_here',
  message:
    `${callId} was approved, but this hub runs no tools: they run on the host that holds the turn. ` +
    'Run it and post its result as {"type":"tool", "tool_call_id", "tool_return", "status"}.',
});

function refuse(
  status: Problem['status'],
  error: string,
  message: string,
  field?: string,
): { ok: false; problem: Problem } {
  return { ok: false, problem: { status, error, message, ...(field ? { extra: { field } } : {}) } };
}
