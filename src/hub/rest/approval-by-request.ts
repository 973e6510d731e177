import type { ApprovalByRequest, StepMessage } from '../../protocol/rest.ts';
import type { Problem } from '../runs/problem.ts';
import type { HubStore } from '../store/hub-store.ts';
import { invalid } from './answer.ts';

type Named = { ok: true; messages: StepMessage[] } | { ok: false; problem: Problem };

/**
 * Messages of a step with each approval naming its calls. Letta's older form names the message that asked instead,
 * and answers all that it asked for.
 */
export async function namedCalls(
  store: HubStore,
  conversation: string,
  messages: (StepMessage | ApprovalByRequest)[],
): Promise<Named> {
  const named: StepMessage[] = [];
  for (const [index, message] of messages.entries()) {
    if (!isByRequest(message)) {
      named.push(message);
      continue;
    }
    const { approval_request_id: request, approve, reason, otid } = message;
    const calls = request ? await callsOf(store, conversation, request) : [];
    if (calls.length === 0) return { ok: false, problem: unknownRequest(`messages.${index}`, request) };
    const approvals = calls.map((tool_call_id) => ({ tool_call_id, approve, reason }));
    named.push({ type: 'approval', approvals, otid });
  }
  return { ok: true, messages: named };
}

const isByRequest = (message: StepMessage | ApprovalByRequest): message is ApprovalByRequest =>
  message.type === 'approval' && !Array.isArray(message.approvals);

async function callsOf(store: HubStore, conversation: string, request: string): Promise<string[]> {
  const row = await store.messageOf(conversation, request);
  if (row?.kind !== 'approval_request_message') return [];
  return (row.body.tool_calls as { tool_call_id: string }[]).map((call) => call.tool_call_id);
}

const unknownRequest = (path: string, request: string | null | undefined): Problem =>
  invalid(
    `${path}.approval_request_id`,
    `${request ? `"${request}" is no message of this conversation that asks for approval` : 'it names no message'}; ` +
      'name the approval_request_message, or each call: ' +
      '{"type":"approval","approvals":[{"tool_call_id","approve":false,"reason"}]}',
  );
