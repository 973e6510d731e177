import type { ApprovalRequest, Decided } from './approval.ts';
import type { Delta, WireUsage } from './delta.ts';
import type { DeviceStatus } from './device-status.ts';
import type { LoopStatus, StopReason } from './loop-status.ts';
import type { QueueItem, QueueRemoval } from './queue.ts';
import type { Runtime } from './scope.ts';

/** Host → client frames that belong to a conversation (protocol.md 3.10), before the envelope is put on. */
export type DeviceEvent =
  | { type: 'stream_delta'; runtime: Runtime; delta: Delta; subagent_id?: string }
  | { type: 'update_loop_status'; runtime: Runtime; loop_status: LoopStatus }
  | { type: 'update_device_status'; runtime: Runtime; device_status: DeviceStatus }
  | { type: 'update_queue'; runtime: Runtime; queue: QueueItem[]; removed: QueueRemoval[] }
  | { type: 'update_subagent_state'; runtime: Runtime; subagents: unknown[] }
  | {
      type: 'control_request';
      runtime: Runtime;
      request_id: string;
      agent_id: string | null;
      conversation_id: string;
      request: ApprovalRequest;
    }
  | {
      type: 'turn_finished';
      runtime: Runtime;
      turn_id: string;
      /** Ours: the messages whose turn it was. */
      client_message_ids?: string[];
      stop_reason: StopReason;
      run_id?: string;
      error?: string;
      usage?: WireUsage;
    };

/** The envelope of protocol.md 4.1. */
export interface Envelope {
  event_seq: number;
  emitted_at: string;
  idempotency_key: string;
}

/** Host → client answers: each goes only to who asked. */
export type DeviceAnswer =
  | {
      type: 'input_accepted';
      request_id: string;
      runtime: Runtime;
      accepted: boolean;
      disposition?: 'started' | 'queued';
      error?: string;
      decided?: Decided;
      client_message_id?: string;
      held?: { environment: string; until: string };
      /**
       * `queue_full`, `store_full`: refused for room only; the same input may be sent again later. `withdrawn`:
       * somebody took it back before it came.
       */
      code?: 'queue_full' | 'store_full' | 'withdrawn';
    }
  | {
      type: 'abort_message_response';
      request_id: string;
      runtime: Runtime;
      aborted: boolean;
      success: boolean;
      error?: string;
      held?: { environment: string; until: string };
    }
  | {
      type: 'resume_queue_response';
      request_id: string;
      runtime: Runtime;
      resumed: number;
      success: boolean;
      error?: string;
    }
  | { type: 'sync_response'; request_id: string; runtime: Runtime; success: boolean; error?: string }
  | {
      type: 'remove_queue_item_response';
      request_id: string;
      success: boolean;
      item_id: string;
      status?: 'withdrawn' | 'already_dequeued' | 'failed';
      error?: string;
    }
  | {
      type: 'withdraw_input_response';
      request_id: string;
      success: boolean;
      client_message_id: string;
      /** `withdrawing`: it is on its way to the host, which decides. */
      status: 'withdrawn' | 'withdrawing' | 'already_dequeued' | 'failed';
      error?: string;
    }
  | {
      type: 'execute_command_response';
      request_id: string;
      success: boolean;
      output: string;
      error?: string;
    }
  | {
      type: 'runtime_start_response';
      request_id: string;
      success: boolean;
      runtime: Runtime | null;
      agent: unknown;
      conversation: unknown;
      created: { agent: boolean; conversation: boolean };
      error?: string;
    }
  | {
      type: 'app_server_info_response';
      request_id: string;
      success: true;
      backend: 'local' | 'api';
      letta_code_version: string;
      signalbox_version: string;
      protocol_version: 1;
      capabilities: Record<string, boolean>;
    }
  | { type: 'change_device_state_response'; request_id: string; success: boolean; error?: string }
  | { type: `${string}_response`; request_id: string; success: false; error: string };
