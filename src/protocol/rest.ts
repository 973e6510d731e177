import { z } from 'zod';
import { messageCreateSchema } from './content.ts';
import { turnOptionsSchema } from './input.ts';

/** Bodies of the REST API that the hub reads. Unknown fields are kept where they are stored, else ignored. */
export const agentCreateSchema = z.looseObject({
  name: z.string().min(1).max(200).optional(),
  model: z.string().min(1).nullish(),
  system: z.string().nullish(),
  description: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  memory_blocks: z.array(z.looseObject({ label: z.string().min(1), value: z.string() })).nullish(),
  model_settings: z.record(z.string(), z.unknown()).nullish(),
  context_window_limit: z.number().int().positive().nullish(),
});
export type AgentCreate = z.infer<typeof agentCreateSchema>;

export const conversationCreateSchema = z.looseObject({
  summary: z.string().nullish(),
  description: z.string().nullish(),
  model: z.string().min(1).nullish(),
  model_settings: z.record(z.string(), z.unknown()).nullish(),
  context_window_limit: z.number().int().positive().nullish(),
  archived: z.boolean().optional(),
});
export type ConversationCreate = z.infer<typeof conversationCreateSchema>;

const textPartSchema = z.looseObject({ type: z.string(), text: z.string().optional() });

const toolReturnSchema = z.looseObject({
  type: z.literal('tool').optional(),
  tool_call_id: z.string().min(1),
  tool_return: z.union([z.string(), z.array(textPartSchema)]),
  status: z.enum(['success', 'error']),
  stdout: z.array(z.string()).nullish(),
  stderr: z.array(z.string()).nullish(),
  outcome: z.string().optional(),
  /** Ours: the arguments that ran, where a person changed those that the model proposed. */
  updated_input: z.record(z.string(), z.unknown()).nullish(),
  /** Ours: who allowed or denied the call, where somebody was asked: {by, behavior, message}. */
  decided: z.record(z.string(), z.unknown()).nullish(),
});
const approvalDecisionSchema = z.looseObject({
  type: z.literal('approval').optional(),
  tool_call_id: z.string().min(1),
  approve: z.boolean(),
  reason: z.string().nullish(),
  updated_input: z.record(z.string(), z.unknown()).nullish(),
  decided: z.record(z.string(), z.unknown()).nullish(),
});
export const approvalCreateSchema = z.looseObject({
  type: z.literal('approval'),
  approvals: z.array(z.union([toolReturnSchema, approvalDecisionSchema])),
  otid: z.string().min(1).nullish(),
});
export type ApprovalCreate = z.infer<typeof approvalCreateSchema>;
/** Letta's older form: one answer for all calls of a request, which is named by the id of its message. */
const approvalByRequestSchema = z.looseObject({
  type: z.literal('approval'),
  approve: z.boolean(),
  approval_request_id: z.string().nullish(),
  approvals: z.null().optional(),
  reason: z.string().nullish(),
  otid: z.string().min(1).nullish(),
});
export type ApprovalByRequest = z.infer<typeof approvalByRequestSchema>;
const toolReturnCreateSchema = z.looseObject({
  type: z.literal('tool_return'),
  tool_returns: z.array(toolReturnSchema),
  otid: z.string().min(1).nullish(),
});

const clientToolSchema = z.looseObject({
  name: z.string().min(1),
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
});

const stepMessages = [approvalCreateSchema, toolReturnCreateSchema, messageCreateSchema] as const;
const stepMessageSchema = z.union(stepMessages);
export type StepMessage = z.infer<typeof stepMessageSchema>;

/** What a POST asks of the model, with each approval naming its calls. */
export const stepPostSchema = turnOptionsSchema.extend({
  agent_id: z.string().nullish(),
  messages: z.array(stepMessageSchema).min(1).nullish(),
  input: z.union([z.string(), z.array(textPartSchema)]).nullish(),
  client_tools: z.array(clientToolSchema).nullish(),
  streaming: z.boolean().optional(),
  stream_tokens: z.boolean().optional(),
  include_pings: z.boolean().optional(),
  background: z.boolean().optional(),
  override_model: z.string().nullish(),
  override_system: z.string().nullish(),
});
export type MessagesPost = z.infer<typeof stepPostSchema>;

/** `POST /v1/conversations/{id}/messages`. */
export const messagesPostSchema = stepPostSchema.extend({
  messages: z
    .array(z.union([...stepMessages, approvalByRequestSchema]))
    .min(1)
    .nullish(),
});

/**
 * `POST /v1/conversations/{id}/cancel`. `agent_id` may stand in the query as well. Ours: the holder of the turn hands
 * over what its calls came to.
 */
export const cancelPostSchema = z.looseObject({
  agent_id: z.string().nullish(),
  approvals: z.array(z.union([toolReturnSchema, approvalDecisionSchema])).nullish(),
});

/** `POST /v1/conversations/{id}/stream` and `POST /v1/runs/{id}/stream`. */
export const streamPostSchema = z.looseObject({
  agent_id: z.string().nullish(),
  run_id: z.string().nullish(),
  otid: z.string().nullish(),
  starting_after: z.number().int().nullish(),
  include_pings: z.boolean().nullish(),
  batch_size: z.number().nullish(),
});

/** `POST /v1/environments/{id}/messages`: what people say. Only a host's own turn may speak for the model. */
const leftMessageSchema = messageCreateSchema.extend({
  role: z.literal('user', {
    error: ({ input }) => `${JSON.stringify(input)} cannot be left for an environment; only "user" can`,
  }),
});
export const environmentMessagesSchema = z.looseObject({
  messages: z.array(z.union([approvalCreateSchema, leftMessageSchema])).min(1),
  agentId: z.string().nullish(),
  conversationId: z.string().nullish(),
});

/** `GET /v1/environments` (protocol.md 11.1). Times are epoch milliseconds. */
export interface WireEnvironment {
  id: string;
  connectionId: string | null;
  deviceId: string;
  listenerInstanceId?: string;
  connectionName: string;
  organizationId: string;
  /** Who registered it. */
  userId?: string;
  podId: string | null;
  connectedAt: number | null;
  lastHeartbeat: number | null;
  lastSeenAt: number;
  firstSeenAt: number;
  currentMode?: string;
  metadata?: Record<string, unknown>;
  /** Ours. */
  status: 'online' | 'stale' | 'offline';
  /** Ours: inputs held for it while it is away. */
  held: number;
}

/** The headers by which a host names itself on REST calls (design.md 5.2). */
export const HEADER_ENVIRONMENT = 'x-signalbox-environment';
/** Ours: the turn that a step belongs to. */
export const HEADER_TURN = 'x-signalbox-turn';
export const HEADER_LETTA_DEVICE = 'x-letta-environment-device-id';
export const HEADER_ACTING_USER = 'x-letta-acting-user-id';

/** Every error of the REST API. `detail` repeats the message where Letta's clients look for it. */
export interface WireError {
  error: string;
  message: string;
  detail: string;
  [field: string]: unknown;
}
