import { z } from 'zod';
import { messageCreateSchema } from './content.ts';

/** Options of an input. Two inputs merge into one turn only when these are equal (D7). */
export const turnOptionsSchema = z.looseObject({
  client_tool_allowlist: z.array(z.string()).optional(),
  client_toolset: z
    .looseObject({ base: z.string().optional(), include: z.array(z.string()).optional() })
    .optional(),
  external_tool_scope_ids: z.array(z.string()).optional(),
  exclude_interactive_tools: z.boolean().optional(),
  image_failure_mode: z.enum(['strict', 'drop']).optional(),
  response_format: z.looseObject({}).optional(),
  override_model: z.string().optional(),
});
export type TurnOptions = z.infer<typeof turnOptionsSchema>;
export const turnOptionKeys = Object.keys(turnOptionsSchema.shape) as (keyof TurnOptions)[];

export const createMessageSchema = turnOptionsSchema.extend({
  kind: z.literal('create_message'),
  messages: z.array(messageCreateSchema).min(1),
});
export type CreateMessage = z.infer<typeof createMessageSchema>;

export const decisionSchema = z.union([
  z.looseObject({
    behavior: z.literal('allow'),
    message: z.string().optional(),
    updated_input: z.record(z.string(), z.unknown()).nullish(),
    selected_permission_suggestion_ids: z.array(z.string()).optional(),
  }),
  z.looseObject({ behavior: z.literal('deny'), message: z.string().default('') }),
]);
export type WireDecision = z.infer<typeof decisionSchema>;

export const approvalResponseSchema = z.union([
  z.looseObject({
    kind: z.literal('approval_response'),
    request_id: z.string().min(1),
    decision: decisionSchema,
  }),
  z.looseObject({
    kind: z.literal('approval_response'),
    request_id: z.string().min(1),
    error: z.string(),
  }),
]);
export type ApprovalResponse = z.infer<typeof approvalResponseSchema>;

export const inputPayloadSchema = z.union([createMessageSchema, approvalResponseSchema]);
