import type { Frame, Scope } from '../../machines/ports.ts';
import type { WireDecision } from '../protocol/input.ts';
import type { Mode } from '../protocol/modes.ts';

/** What to say to an approval. */
export type Answer =
  /** `updatedInput` takes the place of all arguments; the host checks it like a new call. */
  | { behavior: 'allow'; message?: string; updatedInput?: Record<string, unknown>; suggestionIds?: string[] }
  | { behavior: 'deny'; message?: string };

export interface SendOptions {
  /** A UUID. Sending the same again is safe for good; made up when absent. */
  clientMessageId?: string;
  /** `provider/model` for this turn alone. */
  model?: string;
}

/** A command on its way: the frame without its `request_id`. */
export type Command = Frame & { runtime: { agent_id: string | null; conversation_id: string } };

const runtime = (scope: Scope) => ({ agent_id: scope.agentId, conversation_id: scope.conversationId });

/** The frames of protocol.md 3.1 that a person's client sends, and `withdraw_input` of ours. */
export const commands = {
  send: (scope: Scope, text: string, clientMessageId: string, options: SendOptions): Command => ({
    type: 'input',
    runtime: runtime(scope),
    payload: {
      kind: 'create_message',
      messages: [{ role: 'user', content: text, client_message_id: clientMessageId, otid: clientMessageId }],
      ...(options.model === undefined ? {} : { override_model: options.model }),
    },
  }),
  answer: (scope: Scope, requestId: string, answer: Answer): Command => ({
    type: 'input',
    runtime: runtime(scope),
    payload: { kind: 'approval_response', request_id: requestId, decision: decision(answer) },
  }),
  abort: (scope: Scope, turnId: string | null): Command => ({
    type: 'abort_message',
    runtime: runtime(scope),
    ...(turnId === null ? {} : { turn_id: turnId }),
  }),
  removeQueued: (scope: Scope, itemId: string): Command => ({
    type: 'remove_queue_item',
    runtime: runtime(scope),
    item_id: itemId,
  }),
  withdraw: (scope: Scope, clientMessageId: string): Command => ({
    type: 'withdraw_input',
    runtime: runtime(scope),
    client_message_id: clientMessageId,
  }),
  /** Has the host say everything it knows of the conversation. */
  sync: (scope: Scope): Command => ({
    type: 'sync',
    runtime: runtime(scope),
    recover_approvals: true,
    force_device_status: true,
  }),
  resumeQueue: (scope: Scope): Command => ({ type: 'resume_queue', runtime: runtime(scope) }),
  change: (scope: Scope, payload: { mode?: Mode; cwd?: string }): Command => ({
    type: 'change_device_state',
    runtime: runtime(scope),
    payload,
  }),
};

function decision(answer: Answer): WireDecision {
  if (answer.behavior === 'deny') return { behavior: 'deny', message: answer.message ?? '' };
  return {
    behavior: 'allow',
    ...(answer.message === undefined ? {} : { message: answer.message }),
    ...(answer.updatedInput === undefined ? {} : { updated_input: answer.updatedInput }),
    ...(answer.suggestionIds === undefined
      ? {}
      : { selected_permission_suggestion_ids: answer.suggestionIds }),
  };
}
