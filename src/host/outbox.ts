import { nanoid } from 'nanoid';
import { fromCallback } from 'xstate';
import type { Frame, OutboxCommand, Scope } from '../../machines/ports.ts';
import type { ApprovalRequest } from '../protocol/approval.ts';
import { approvalRequestId } from '../protocol/approval.ts';
import type { Delta } from '../protocol/delta.ts';
import type { DeviceStatus } from '../protocol/device-status.ts';
import type { DeviceEvent } from '../protocol/events.ts';
import type { StopReason } from '../protocol/loop-status.ts';
import type { Gate } from './gate.ts';
import {
  type ConversationSnapshot,
  isProcessing,
  loopStatus,
  promptDeltas,
  queueItems,
  runtimeOf,
} from './status.ts';
import type { CallRow } from './store/calls.ts';

export interface OutboxOptions {
  gate: Gate;
  emit: (event: DeviceEvent) => void;
  answer: (frame: Frame) => void;
  /** The conversation as it stands now. */
  snapshot: (scope: Scope) => ConversationSnapshot | null;
  pending: (scope: Scope) => CallRow[];
  deviceStatus: (scope: Scope, processing: boolean) => DeviceStatus;
  /** Counts the commits of the store. */
  committed: () => number;
  now: () => number;
}

/** What is asked of a person (protocol.md 7.1). */
export function approvalRequest(row: NonNullable<CallRow['shown']>): ApprovalRequest {
  return {
    subtype: 'can_use_tool',
    tool_name: row.name,
    input: row.args,
    tool_call_id: row.id,
    permission_suggestions: row.suggestions,
    blocked_path: null,
    ...(row.diffs.length > 0 ? { diffs: row.diffs } : {}),
    ...(row.deadline === undefined ? {} : { expires_at: new Date(row.deadline).toISOString() }),
  };
}

/**
 * Port `outbox`: everything a conversation says, in order, each frame when what it rests on is on disk. State is read
 * off the machines at the moment of the command, so no frame can show a state that never was.
 */
export function createOutbox(options: OutboxOptions) {
  const { gate, emit, answer, snapshot, pending, deviceStatus, committed, now } = options;
  return fromCallback<OutboxCommand, { scope: Scope }>(({ input: { scope }, receive }) => {
    const runtime = runtimeOf(scope);
    let lastDevice = '';
    /** The store as it was when the device status was made last. */
    let lastCommit = -1;

    const tell = (event: DeviceEvent): void => gate.pass(() => emit(event));
    const showDevice = (state: ConversationSnapshot, force: boolean): void => {
      lastCommit = committed();
      const device_status = deviceStatus(scope, isProcessing(state));
      const text = JSON.stringify(device_status);
      if (!force && text === lastDevice) return;
      lastDevice = text;
      tell({ type: 'update_device_status', runtime, device_status });
    };
    const showLoop = (state: ConversationSnapshot): void =>
      tell({ type: 'update_loop_status', runtime, loop_status: loopStatus(state) });
    const showQueue = (
      state: ConversationSnapshot,
      removed: { client_message_id: string; disposition: 'dequeued' | 'cancelled' }[],
    ): void => tell({ type: 'update_queue', runtime, queue: queueItems(state), removed });
    const ask = (standing: NonNullable<CallRow['shown']>): void =>
      tell({
        type: 'control_request',
        runtime,
        request_id: approvalRequestId(standing.id),
        agent_id: scope.agentId,
        conversation_id: scope.conversationId,
        request: approvalRequest(standing),
      });
    const delta = (fields: { message_type: string }): void =>
      tell({
        type: 'stream_delta',
        runtime,
        delta: {
          id: `lifecycle-${nanoid()}`,
          date: new Date(now()).toISOString(),
          ...fields,
        } as unknown as Delta,
      });

    receive((command) => {
      const state = snapshot(scope);
      if (!state) return;
      switch (command.type) {
        case 'outbox.delta':
          return delta(command.delta);
        case 'outbox.chunks':
          for (const chunk of command.chunks) delta(chunk);
          return;
        case 'outbox.echo':
          for (const item of command.items) for (const prompt of promptDeltas(item)) delta(prompt);
          return;
        case 'outbox.show':
          for (const what of command.what) {
            if (what === 'loop') showLoop(state);
            else if (what === 'device') showDevice(state, false);
            else showQueue(state, command.removed ?? []);
          }
          return;
        case 'outbox.ask':
          ask(command.standing);
          showLoop(state);
          // All questions of a step are on disk before the first is asked, so one status tells of them all.
          if (lastCommit !== committed()) showDevice(state, false);
          return;
        case 'outbox.turnFinished': {
          const ids = state.context.taken.map((item) => item.clientMessageId);
          tell({
            type: 'turn_finished',
            runtime,
            turn_id: command.turnId,
            ...(ids.length > 0 ? { client_message_ids: ids } : {}),
            stop_reason: command.stopReason as StopReason,
            ...(command.runId ? { run_id: command.runId } : {}),
            ...(command.error ? { error: command.error } : {}),
            ...(command.usage ? { usage: command.usage as never } : {}),
          });
          return;
        }
        case 'outbox.reply': {
          const { frame } = command;
          gate.pass(() => answer(frame));
          return;
        }
        case 'outbox.sync': {
          for (const row of pending(scope)) if (row.shown) ask(row.shown);
          showDevice(state, true);
          showLoop(state);
          showQueue(state, []);
          tell({ type: 'update_subagent_state', runtime, subagents: [] });
          const { reply } = command;
          if (reply) gate.pass(() => answer(reply));
        }
      }
    });
  });
}
