import { z } from 'zod';

export const contentPartSchema = z.looseObject({ type: z.string(), text: z.string().optional() });
export type ContentPart = z.infer<typeof contentPartSchema>;

export const contentSchema = z.union([z.string(), z.array(contentPartSchema)]);
export type Content = z.infer<typeof contentSchema>;

/** A message that somebody sends (`create_message`, REST). `otid` names it towards the hub, for good. */
export const messageCreateSchema = z.looseObject({
  type: z.literal('message').optional(),
  role: z.enum(['user', 'system', 'assistant']),
  content: contentSchema,
  otid: z.string().min(1).nullish(),
  client_message_id: z.string().min(1).optional(),
});
export type MessageCreate = z.infer<typeof messageCreateSchema>;

/** The text of a content, parts joined by line ends; what is no text is named in brackets. */
export function contentText(content: Content): string {
  if (typeof content === 'string') return content;
  return content.map((part) => part.text ?? `[${part.type}]`).join('\n');
}
