import { z } from 'zod';

const diffLineSchema = z.object({ type: z.enum(['context', 'add', 'remove']), content: z.string() });
const diffHunkSchema = z.object({
  oldStart: z.number(),
  oldLines: z.number(),
  newStart: z.number(),
  newLines: z.number(),
  lines: z.array(diffLineSchema),
});
const diffPreviewSchema = z.union([
  z.looseObject({ mode: z.literal('advanced'), fileName: z.string(), hunks: z.array(diffHunkSchema) }),
  z.looseObject({
    mode: z.enum(['fallback', 'unpreviewable']),
    fileName: z.string(),
    reason: z.string(),
  }),
]);

/** What a person is asked (protocol.md 7.1). */
export const approvalRequestSchema = z.looseObject({
  subtype: z.literal('can_use_tool'),
  tool_name: z.string(),
  input: z.record(z.string(), z.unknown()),
  tool_call_id: z.string(),
  permission_suggestions: z.array(z.looseObject({ id: z.string(), text: z.string() })),
  blocked_path: z.string().nullable(),
  diffs: z.array(diffPreviewSchema).optional(),
  /** Ours: when the answer becomes deny by itself. */
  expires_at: z.string().optional(),
});
export type ApprovalRequest = z.infer<typeof approvalRequestSchema>;

/** The request id of an approval: derived from the call, so it is the same in every replay. */
export const approvalRequestId = (toolCallId: string): string => `perm-${toolCallId}`;

/** Who decided what, told to whoever answers too late (design.md 5.4). */
export const decidedSchema = z.looseObject({
  by: z.string().nullable(),
  behavior: z.enum(['allow', 'deny']),
  at: z.string(),
});
export type Decided = z.infer<typeof decidedSchema>;
