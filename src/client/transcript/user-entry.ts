import { type Content, contentText } from '../../protocol/content.ts';
import type { UserEntry } from './entry.ts';
import { asText, type Loose } from './state.ts';

/** A person's message, as an echo or as the hub stored it: the same entry from both. */
export function userEntry(message: Loose): UserEntry {
  const otid = asText(message.otid) ?? asText(message.client_message_id);
  return {
    kind: 'user',
    key: `user:${otid ?? asText(message.id) ?? ''}`,
    turnId: asText(message.turn_id),
    clientMessageId: otid,
    text: contentText((message.content ?? '') as Content),
    by: asText(message.acting_user_id) ?? asText(message.sender_id),
  };
}
