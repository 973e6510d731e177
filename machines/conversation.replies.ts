import type { DeviceAnswer } from '../src/protocol/events.ts';
import type { ConversationEvent } from './conversation.types.ts';
import type { OutboxCommand, Scope } from './ports.ts';

export type EventOf<T extends ConversationEvent['type']> = Extract<ConversationEvent, { type: T }>;

/** The answers of a conversation (protocol.md 3). An asker without a request id gets none. */
const reply = (frame: Unaddressed<DeviceAnswer>): OutboxCommand =>
  frame.request_id === null ? { type: 'outbox.show', what: [] } : { type: 'outbox.reply', frame };

type Unaddressed<Answer> = Answer extends { request_id: string }
  ? Omit<Answer, 'request_id'> & { request_id: string | null }
  : never;

const runtime = (scope: Scope) => ({ agent_id: scope.agentId, conversation_id: scope.conversationId });

export const accepted = (
  scope: Scope,
  event: EventOf<'input.accepted'>,
  disposition: 'started' | 'queued',
): OutboxCommand =>
  reply({
    type: 'input_accepted',
    request_id: event.requestId,
    runtime: runtime(scope),
    accepted: true,
    disposition,
    client_message_id: event.item.clientMessageId,
  });

export const repeated = (scope: Scope, event: EventOf<'input.repeated'>): OutboxCommand =>
  reply({
    type: 'input_accepted',
    request_id: event.requestId,
    runtime: runtime(scope),
    accepted: true,
    disposition: event.disposition,
    client_message_id: event.clientMessageId,
  });

export const refused = (scope: Scope, event: EventOf<'input.refused'>): OutboxCommand =>
  reply({
    type: 'input_accepted',
    request_id: event.requestId,
    runtime: runtime(scope),
    accepted: false,
    error: event.error,
    ...(event.code ? { code: event.code } : {}),
    client_message_id: event.clientMessageId,
  });

export const answerSettled = (scope: Scope, event: EventOf<'answer.settled'>): OutboxCommand =>
  reply({
    type: 'input_accepted',
    request_id: event.requestId,
    runtime: runtime(scope),
    accepted: event.accepted,
    ...(event.error ? { error: event.error } : {}),
    ...(event.decided ? { decided: event.decided } : {}),
  });

/** Everybody sees who decided what; the arguments that run are shown beside those that were asked for. */
export const decided = (event: EventOf<'approval.decided'>): OutboxCommand => {
  const { decision } = event;
  const approve = decision.behavior === 'allow';
  return {
    type: 'outbox.delta',
    delta: {
      message_type: 'approval_response_message',
      approval_request_id: event.approvalId,
      approve,
      ...(decision.message ? { reason: decision.message } : {}),
      approvals: [{ type: 'approval', tool_call_id: event.callId, approve }],
      ...(decision.behavior === 'allow'
        ? { edited: decision.edited, tool_args: JSON.stringify(decision.args) }
        : {}),
      acting_user_id: event.by,
      decided_at: event.at,
    },
  };
};

export const changed = (event: EventOf<'change.settled'>): OutboxCommand =>
  reply({
    type: 'change_device_state_response',
    request_id: event.requestId,
    success: event.accepted,
    ...(event.error ? { error: event.error } : {}),
  });

/** Clients that send no request id learn of a refused change by this (protocol.md 3.4). */
export const changeFailed = (event: EventOf<'change.settled'>): OutboxCommand =>
  event.error
    ? {
        type: 'outbox.delta',
        delta: { message_type: 'loop_error', message: event.error, stop_reason: 'error', is_terminal: false },
      }
    : { type: 'outbox.show', what: [] };

export const aborted = (
  scope: Scope,
  requestId: string | null,
  done: boolean,
  error?: string,
): OutboxCommand =>
  reply({
    type: 'abort_message_response',
    request_id: requestId,
    runtime: runtime(scope),
    aborted: done,
    success: error === undefined,
    ...(error === undefined ? {} : { error }),
  });

export const resumed = (scope: Scope, requestId: string | null, count: number): OutboxCommand =>
  reply({
    type: 'resume_queue_response',
    request_id: requestId,
    runtime: runtime(scope),
    resumed: count,
    success: true,
  });

export const removedFromQueue = (event: EventOf<'withdrawal.settled'>): OutboxCommand =>
  event.item
    ? {
        type: 'outbox.show',
        what: ['queue'],
        removed: [{ client_message_id: event.item.clientMessageId, disposition: 'cancelled' }],
      }
    : { type: 'outbox.show', what: [] };

/** A turn has it: for good, unless it is parked. */
export const dequeued = (event: EventOf<'withdraw.asked'>): OutboxCommand =>
  withdrawn({
    type: 'withdrawal.settled',
    request: event.request,
    item: null,
    status: 'already_dequeued',
  });

export const withdrawn = (
  event: EventOf<'withdrawal.settled'> | EventOf<'withdrawal.failed'>,
): OutboxCommand => {
  const { request } = event;
  const status = event.type === 'withdrawal.settled' ? event.status : ('failed' as const);
  const error =
    event.type === 'withdrawal.failed'
      ? event.error
      : `${request.itemId ?? request.clientMessageId} is no longer in the queue`;
  const about = {
    request_id: request.requestId,
    success: status === 'withdrawn',
    status,
    ...(status === 'withdrawn' ? {} : { error }),
  };
  return request.reply === 'remove_queue_item'
    ? reply({ type: 'remove_queue_item_response', ...about, item_id: request.itemId ?? '' })
    : reply({
        type: 'withdraw_input_response',
        ...about,
        client_message_id: request.clientMessageId ?? '',
      });
};

/** A turn that keeps being cut off may be what ends the host: it waits for a person. */
export const held = (): OutboxCommand => ({
  type: 'outbox.delta',
  delta: {
    message_type: 'status',
    message:
      'This turn was cut off by three starts of the host in a row, so it is paused. ' +
      'Send a message or resume the queue to go on with it.',
    level: 'warning',
  },
});

/** This host has no slash commands; whoever asks for one is told so, in the frames that tell of commands. */
export const commandRefused = (event: EventOf<'command.asked'>): OutboxCommand[] => {
  const output = `not supported: ${event.input}`;
  const command = { command_id: event.commandId, input: event.input };
  return [
    { type: 'outbox.delta', delta: { message_type: 'slash_command_start', ...command } },
    {
      type: 'outbox.delta',
      delta: { message_type: 'slash_command_end', ...command, output, success: false },
    },
    reply({
      type: 'execute_command_response',
      request_id: event.requestId,
      success: false,
      output,
      error: output,
    }),
  ];
};
