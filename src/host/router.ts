import { StoreError } from '../../actors/sqlite/store-error.ts';
import type { ConversationEvent } from '../../machines/conversation.ts';
import type { Answer, Frame, JsonObject, Scope } from '../../machines/ports.ts';
import type { Command, CommandOf } from '../protocol/commands.ts';
import type { ApprovalResponse } from '../protocol/input.ts';
import { parseCommand } from '../protocol/parse-command.ts';
import type { Runtime } from '../protocol/scope.ts';
import type { StartedRuntime } from './runtime-start.ts';
import { storeRefusal } from './store-refusal.ts';
import { readSubmission } from './submission.ts';

export interface RouterOptions {
  send: (scope: Scope, event: ConversationEvent) => void;
  answer: (frame: Frame) => void;
  startRuntime: (command: CommandOf<'runtime_start'>) => Promise<StartedRuntime>;
  version: string;
  now: () => number;
  newId: () => string;
  /** Counts what was not understood. */
  onRejected: (reason: string) => void;
}

const scopeOf = (runtime: Runtime): Scope => ({
  agentId: runtime.agent_id,
  conversationId: runtime.conversation_id,
});

/**
 * Brings each frame of a client to the conversation it is about, in the order of arrival (D20). A frame with a
 * `request_id` always gets an answer (D26); what is not understood is counted and told, and never ends anything.
 */
export function createRouter(options: RouterOptions): (frame: Frame) => void {
  const { onRejected } = options;
  return (frame) => {
    const parsed = parseCommand(frame);
    if (!parsed.ok) {
      onRejected(parsed.reason);
      const { type, requestId, runtime } = parsed;
      const error = parsed.kind === 'unknown' ? 'not supported' : parsed.reason;
      if (type !== undefined) refuse(options, { type, request_id: requestId, runtime }, { error });
      return;
    }
    const { command } = parsed;
    try {
      route(options, command);
    } catch (error) {
      // A conversation that the store cannot open has nobody in it to answer.
      if (!(error instanceof StoreError)) throw error;
      onRejected(error.message);
      refuse(options, { runtime: undefined, ...command }, storeRefusal(error));
    }
  };
}

/** The frame's own kind of answer, for who waits for one. */
function refuse(
  { answer }: RouterOptions,
  frame: { type: string; request_id?: string | undefined; runtime?: Runtime | undefined },
  why: { error: string; code?: string },
): void {
  const { type, request_id, runtime } = frame;
  if (!request_id) return;
  if (type === 'input' && runtime)
    return answer({ type: 'input_accepted', request_id, runtime, accepted: false, ...why });
  answer({ type: `${type}_response`, request_id, success: false, ...why });
}

function route(options: RouterOptions, command: Command): void {
  const { send, answer } = options;
  switch (command.type) {
    case 'input':
      return send(scopeOf(command.runtime), inputEvent(options, command));
    case 'abort_message':
      return send(scopeOf(command.runtime), {
        type: 'abort.asked',
        requestId: command.request_id ?? null,
        turnId: command.turn_id ?? null,
        runId: command.run_id ?? null,
        by: command.runtime.acting_user_id ?? null,
      });
    case 'resume_queue':
      return send(scopeOf(command.runtime), {
        type: 'queue.resumeAsked',
        requestId: command.request_id ?? null,
      });
    case 'remove_queue_item':
      return send(scopeOf(command.runtime), {
        type: 'withdraw.asked',
        request: {
          requestId: command.request_id,
          reply: 'remove_queue_item',
          clientMessageId: null,
          itemId: command.item_id,
        },
      });
    case 'withdraw_input':
      return send(scopeOf(command.runtime), {
        type: 'withdraw.asked',
        request: {
          requestId: command.request_id,
          reply: 'withdraw_input',
          clientMessageId: command.client_message_id,
          itemId: null,
        },
      });
    case 'change_device_state':
      return send(changedScope(command), changeEvent(command));
    case 'sync':
      return send(scopeOf(command.runtime), {
        type: 'sync.asked',
        reply: command.request_id
          ? {
              type: 'sync_response',
              request_id: command.request_id,
              runtime: command.runtime,
              success: true,
            }
          : null,
      });
    case 'execute_command':
      return send(scopeOf(command.runtime), {
        type: 'command.asked',
        requestId: command.request_id,
        commandId: command.command_id,
        input: [`/${command.command_id}`, command.args].filter(Boolean).join(' '),
      });
    case 'runtime_start':
      void beginRuntime(options, command).catch((error: unknown) => {
        if (!(error instanceof StoreError)) throw error;
        refuse(options, { type: command.type, request_id: command.request_id }, { error: error.message });
      });
      return;
    case 'app_server_info':
      return answer({
        type: 'app_server_info_response',
        request_id: command.request_id,
        success: true,
        backend: 'api',
        letta_code_version: '0.32.18',
        signalbox_version: options.version,
        protocol_version: 1,
        capabilities: {
          agent_management: false,
          conversation_management: false,
          memory_management: false,
          runtime_start: true,
          split_channels: false,
        },
      });
    case 'runtime_external_tools_update':
    case 'external_tool_call_response':
      return answer({
        type: `${command.type}_response`,
        request_id: command.request_id,
        success: false,
        error: 'not supported',
      });
  }
}

function inputEvent(options: RouterOptions, command: CommandOf<'input'>): ConversationEvent {
  const requestId = command.request_id ?? null;
  const by = command.runtime.acting_user_id ?? null;
  const at = new Date(options.now()).toISOString();
  const { payload } = command;
  if (payload.kind === 'create_message')
    return {
      type: 'input.submitted',
      requestId,
      submission: readSubmission(payload, { sender: by, at, newId: options.newId }),
    };
  return { type: 'answer.given', requestId, answer: readAnswer(payload, by, at) };
}

function readAnswer(payload: ApprovalResponse, by: string | null, at: string): Answer {
  const about = { approvalId: payload.request_id, by, at };
  if (!('decision' in payload) || payload.decision === undefined)
    return { ...about, decision: { behavior: 'deny', message: String(payload.error) } };
  const decision = payload.decision as Extract<ApprovalResponse, { decision: unknown }>['decision'];
  if (decision.behavior === 'deny')
    return { ...about, decision: { behavior: 'deny', message: String(decision.message ?? '') } };
  return {
    ...about,
    decision: {
      behavior: 'allow',
      message: typeof decision.message === 'string' && decision.message ? decision.message : null,
      updatedInput: (decision.updated_input as JsonObject | null | undefined) ?? null,
      suggestions: (decision.selected_permission_suggestion_ids as string[] | undefined) ?? [],
    },
  };
}

function changedScope(command: CommandOf<'change_device_state'>): Scope {
  const { payload, runtime } = command;
  return {
    agentId: payload.agent_id ?? runtime.agent_id,
    conversationId: payload.conversation_id ?? runtime.conversation_id,
  };
}

function changeEvent(command: CommandOf<'change_device_state'>): ConversationEvent {
  return {
    type: 'change.asked',
    requestId: command.request_id ?? null,
    mode: command.payload.mode ?? null,
    cwd: command.payload.cwd ?? null,
    by: command.runtime.acting_user_id ?? null,
  };
}

async function beginRuntime(options: RouterOptions, command: CommandOf<'runtime_start'>): Promise<void> {
  const { send, answer } = options;
  const started = await options.startRuntime(command).catch((error: unknown) => ({
    ok: false as const,
    error: error instanceof Error ? error.message : String(error),
  }));
  if (!started.ok)
    return answer({
      type: 'runtime_start_response',
      request_id: command.request_id,
      success: false,
      runtime: null,
      agent: null,
      conversation: null,
      created: { agent: false, conversation: false },
      error: started.error,
    });
  const response: Frame = {
    type: 'runtime_start_response',
    request_id: command.request_id,
    success: true,
    runtime: { agent_id: started.scope.agentId, conversation_id: started.scope.conversationId },
    agent: started.agent,
    conversation: started.conversation,
    created: started.created,
  };
  if (command.mode !== undefined || command.cwd)
    send(started.scope, {
      type: 'change.asked',
      requestId: null,
      mode: command.mode ?? null,
      cwd: command.cwd ?? null,
      by: command.acting_user_id ?? null,
    });
  if (!command.wait_for_replay) answer(response);
  send(started.scope, { type: 'sync.asked', reply: command.wait_for_replay ? response : null });
}
