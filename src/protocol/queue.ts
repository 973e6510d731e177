import { z } from 'zod';
import { contentSchema } from './content.ts';

/** One waiting input as every client sees it (protocol.md 6.1). */
export const queueItemSchema = z.looseObject({
  id: z.string(),
  client_message_id: z.string(),
  kind: z.string(),
  source: z.string(),
  content: contentSchema,
  enqueued_at: z.string(),
  paused: z.boolean().optional(),
  acting_user_id: z.string().optional(),
  /** Ours: the environment that holds the conversation's turn while this one waits for it. */
  waiting_for: z.string().optional(),
});
export type QueueItem = z.infer<typeof queueItemSchema>;

export const queueRemovalSchema = z.looseObject({
  client_message_id: z.string(),
  disposition: z.enum(['dequeued', 'cancelled']),
});
export type QueueRemoval = z.infer<typeof queueRemovalSchema>;
