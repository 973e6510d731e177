import { z } from 'zod';
import { inputPayloadSchema } from './input.ts';
import { runtimeSchema } from './scope.ts';

/** Client → host (protocol.md 3.1 to 3.5). One schema a frame; unknown fields are kept. */
const requestId = z.string().min(1);
const optionalRequestId = requestId.optional();

const inputSchema = z.looseObject({
  type: z.literal('input'),
  request_id: optionalRequestId,
  runtime: runtimeSchema,
  payload: inputPayloadSchema,
  /** Ours: the sender has sent it before and heard nothing, so its host may have it already. */
  resent: z.boolean().optional(),
});

const changeDeviceStateSchema = z.looseObject({
  type: z.literal('change_device_state'),
  request_id: optionalRequestId,
  runtime: runtimeSchema,
  payload: z.looseObject({
    mode: z.string().optional(),
    cwd: z.string().optional(),
    agent_id: z.string().min(1).nullish(),
    conversation_id: z.string().min(1).optional(),
  }),
});

const abortMessageSchema = z.looseObject({
  type: z.literal('abort_message'),
  request_id: optionalRequestId,
  runtime: runtimeSchema,
  run_id: z.string().nullish(),
  /** The turn that is meant; the hub stamps the one it last heard of (design.md 5.4). */
  turn_id: z.string().nullish(),
});

const resumeQueueSchema = z.looseObject({
  type: z.literal('resume_queue'),
  request_id: optionalRequestId,
  runtime: runtimeSchema,
});

const syncSchema = z.looseObject({
  type: z.literal('sync'),
  request_id: optionalRequestId,
  runtime: runtimeSchema,
  recover_approvals: z.boolean().optional(),
  force_device_status: z.boolean().optional(),
  resume_interrupted_turn: z.boolean().optional(),
});

const runtimeStartSchema = z.looseObject({
  type: z.literal('runtime_start'),
  request_id: requestId,
  agent_id: z.string().min(1).nullish(),
  create_agent: z.looseObject({ body: z.looseObject({}) }).optional(),
  conversation_id: z.string().min(1).optional(),
  create_conversation: z.looseObject({ body: z.looseObject({}).optional() }).optional(),
  cwd: z.string().nullish(),
  mode: z.string().optional(),
  /** Put on by the hub: this frame has no runtime to hold it. */
  acting_user_id: z.string().nullish(),
  wait_for_replay: z.boolean().optional(),
});

const removeQueueItemSchema = z.looseObject({
  type: z.literal('remove_queue_item'),
  request_id: requestId,
  runtime: runtimeSchema,
  item_id: z.string().min(1),
});

const executeCommandSchema = z.looseObject({
  type: z.literal('execute_command'),
  command_id: z.string(),
  request_id: requestId,
  runtime: runtimeSchema,
  args: z.string().optional(),
});

const appServerInfoSchema = z.looseObject({
  type: z.literal('app_server_info'),
  request_id: requestId,
});

const externalToolsUpdateSchema = z.looseObject({
  type: z.literal('runtime_external_tools_update'),
  request_id: requestId,
  updates: z.array(z.looseObject({})),
});

const externalToolCallResponseSchema = z.looseObject({
  type: z.literal('external_tool_call_response'),
  request_id: requestId,
});

/** Ours: withdraw an accepted or held input by its `client_message_id` (design.md 5.5). */
const withdrawInputSchema = z.looseObject({
  type: z.literal('withdraw_input'),
  request_id: requestId,
  runtime: runtimeSchema,
  client_message_id: z.string().min(1),
});

export const commandSchema = z.discriminatedUnion('type', [
  inputSchema,
  changeDeviceStateSchema,
  abortMessageSchema,
  resumeQueueSchema,
  syncSchema,
  runtimeStartSchema,
  removeQueueItemSchema,
  executeCommandSchema,
  appServerInfoSchema,
  externalToolsUpdateSchema,
  externalToolCallResponseSchema,
  withdrawInputSchema,
]);
export type Command = z.infer<typeof commandSchema>;
export type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;
