import type { z } from 'zod';
import { approvalRequestId } from '../../protocol/approval.ts';
import type { ApprovalCreate, environmentMessagesSchema } from '../../protocol/rest.ts';
import type { Right } from '../ports.ts';
import type { ClientFrame } from '../relay/refusal.ts';

type Body = z.infer<typeof environmentMessagesSchema>;
type Message = Body['messages'][number];

export type Frames =
  | { ok: true; frames: ClientFrame[]; needs: Right }
  | { ok: false; field: string; error: string };

/**
 * The frames that `POST /v1/environments/{x}/messages` stands for. Letta's documents send approvals as messages,
 * and its hosts refuse them there (D19): here each becomes the answer to its approval.
 */
export function framesOfMessages(body: Body): Frames {
  const conversation_id = body.conversationId ?? 'default';
  if (conversation_id === 'default' && !body.agentId)
    return {
      ok: false,
      field: 'agentId',
      error: 'the default conversation is that of an agent; say of which',
    };
  const runtime = { agent_id: body.agentId ?? null, conversation_id };
  const frames: ClientFrame[] = [];
  const messages = body.messages.filter((message) => !isApproval(message));
  if (messages.length > 0)
    frames.push({ type: 'input', runtime, payload: { kind: 'create_message', messages } });
  for (const { approvals } of body.messages.filter(isApproval))
    for (const approval of approvals) {
      if (!('approve' in approval) || typeof approval.approve !== 'boolean')
        return { ok: false, field: 'approvals', error: 'results of tools come from the host that ran them' };
      frames.push({ type: 'input', runtime, payload: answerTo(approval as Decision) });
    }
  return { ok: true, frames, needs: messages.length > 0 ? 'send' : 'answer' };
}

interface Decision {
  tool_call_id: string;
  approve: boolean;
  reason?: string | null;
  updated_input?: Record<string, unknown> | null;
}

function answerTo({ tool_call_id, approve, reason, updated_input }: Decision): object {
  const decision = approve
    ? {
        behavior: 'allow',
        ...(reason ? { message: reason } : {}),
        ...(updated_input ? { updated_input } : {}),
      }
    : { behavior: 'deny', message: reason ?? '' };
  return { kind: 'approval_response', request_id: approvalRequestId(tool_call_id), decision };
}

const isApproval = (message: Message): message is ApprovalCreate =>
  (message as { type?: string }).type === 'approval';
