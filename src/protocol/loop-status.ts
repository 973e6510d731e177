import { z } from 'zod';

export const loopStatuses = [
  'SENDING_API_REQUEST',
  'WAITING_FOR_API_RESPONSE',
  'RETRYING_API_REQUEST',
  'PROCESSING_API_RESPONSE',
  'EXECUTING_CLIENT_SIDE_TOOL',
  'EXECUTING_COMMAND',
  'WAITING_ON_APPROVAL',
  'WAITING_ON_INPUT',
] as const;
export type LoopStatusName = (typeof loopStatuses)[number];

export const loopStatusSchema = z.looseObject({
  status: z.enum(loopStatuses),
  active_run_ids: z.array(z.string()),
  client_message_ids_by_run_id: z.record(z.string(), z.array(z.string())).optional(),
  executing_tool_call_ids: z.array(z.string()),
  /** Ours: the turn that runs, so that the hub can stamp an abort that names none (design.md 5.4). */
  turn_id: z.string().nullish(),
});
export type LoopStatus = z.infer<typeof loopStatusSchema>;

export const stopReasons = [
  'end_turn',
  'error',
  'llm_api_error',
  'invalid_llm_response',
  'invalid_tool_call',
  'max_steps',
  'max_tokens_exceeded',
  'no_tool_call',
  'tool_rule',
  'cancelled',
  'insufficient_credits',
  'requires_approval',
  'context_window_overflow_in_system_prompt',
] as const;
export type StopReason = (typeof stopReasons)[number];
