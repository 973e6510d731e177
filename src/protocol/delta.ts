import type { StopReason } from './loop-status.ts';

/** What `stream_delta.delta` holds (protocol.md 5.3). Written by us, so types suffice; read loosely. */
export interface DeltaBase {
  id: string;
  date: string;
  run_id?: string;
  /** Ours: the turn that the run is a step of. */
  turn_id?: string;
  step_id?: string;
  seq_id?: number;
  otid?: string;
}

export interface WireToolCall {
  name: string;
  arguments: string;
  tool_call_id: string;
}

export interface WireToolReturn {
  tool_call_id: string;
  status: 'success' | 'error';
  tool_return: string;
  stdout?: string[];
  stderr?: string[];
  /** Ours: `unknown` when the host stopped while the call ran (design.md 5.4). */
  outcome?: string;
  /** Ours: the arguments that ran, where a person changed those that the model proposed. */
  updated_input?: Record<string, unknown>;
  /** Ours: who allowed or denied the call, where somebody was asked. */
  decided?: Record<string, unknown>;
}

export interface WireUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  step_count: number;
  run_ids?: string[];
  cached_input_tokens?: number;
  reasoning_tokens?: number;
  context_tokens?: number;
}

/** A chunk of a run as the hub streams and stores it, and as the host passes it on. */
export type RunChunk = DeltaBase &
  (
    | { message_type: 'assistant_message'; content: string }
    | { message_type: 'reasoning_message'; reasoning: string; source?: string; signature?: string }
    | { message_type: 'approval_request_message'; tool_call: WireToolCall; tool_calls?: WireToolCall[] }
    | {
        message_type: 'error_message';
        error_type: string;
        message: string;
        detail?: string;
        retryable?: boolean;
        retry_after_ms?: number;
        status?: number;
      }
    | { message_type: 'stop_reason'; stop_reason: StopReason }
    | ({ message_type: 'usage_statistics' } & WireUsage)
    | { message_type: 'ping' }
    | { message_type: 'waiting'; environment: string | null }
  );

export type LifecycleDelta = DeltaBase &
  (
    | { message_type: 'client_tool_start'; tool_call_id: string; tool_name: string; tool_args: string }
    | { message_type: 'client_tool_end'; tool_call_id: string; status: 'success' | 'error'; outcome?: string }
    | {
        message_type: 'approval_classification_end';
        auto_allowed_tool_call_ids: string[];
        auto_denied_tool_call_ids: string[];
        user_input_tool_call_ids: string[];
      }
    | { message_type: 'status'; message: string; level: 'info' | 'success' | 'warning' }
    | {
        message_type: 'retry';
        message: string;
        reason: string;
        attempt: number;
        max_attempts: number;
        delay_ms: number;
      }
    | { message_type: 'loop_error'; message: string; stop_reason: StopReason; is_terminal: boolean }
    | { message_type: 'user_message'; content: unknown; acting_user_id?: string }
    | ({ message_type: 'tool_return_message'; tool_returns: WireToolReturn[] } & WireToolReturn)
    | { message_type: 'slash_command_start'; command_id: string; input: string }
    | {
        message_type: 'slash_command_end';
        command_id: string;
        input: string;
        output: string;
        success: boolean;
      }
  );

export type Delta = RunChunk | LifecycleDelta;

/** Id prefix of the `tool_return_message` deltas that carry output so far rather than the result. */
export const LIVE_OUTPUT = 'synthetic-tool-return-stream-';
