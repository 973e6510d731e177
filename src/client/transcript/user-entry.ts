import { type Content, contentText } from '../../protocol/content.ts';
import type { UserEntry } from './entry.ts';
import { asText, type Loose } from './state.ts';

/** What a host of Letta's puts into a person's message for the model alone. */
const REMINDER_BEGINS = '<system-reminder>';
const REMINDER = /<system-reminder>[\s\S]*?<\/system-reminder>/g;

/**
 * A person's message, as an echo or as the hub stored it: the same entry from both. Null for one in which no person
 * says anything.
 */
export function userEntry(message: Loose): UserEntry | null {
  const content = (message.content ?? '') as Content;
  const text = personsWords(content);
  if (text === '' && contentText(content) !== '') return null;
  // A host may post a message again under another `otid`; what its sender named it stays.
  const name = asText(message.client_message_id) ?? asText(message.otid);
  return {
    kind: 'user',
    key: `user:${name ?? asText(message.id) ?? ''}`,
    turnId: asText(message.turn_id),
    clientMessageId: name,
    text,
    by: asText(message.acting_user_id) ?? asText(message.sender_id),
  };
}

/** The text without reminders; a part that was nothing else leaves no empty line behind. */
function personsWords(content: Content): string {
  if (!contentText(content).includes(REMINDER_BEGINS)) return contentText(content);
  const parts = typeof content === 'string' ? [content] : content.map((part) => contentText([part]));
  return parts
    .map((part) => (part.includes(REMINDER_BEGINS) ? part.replace(REMINDER, '').trim() : part))
    .filter((part) => part !== '')
    .join('\n');
}
