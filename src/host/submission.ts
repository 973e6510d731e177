import type { JsonObject, Submission } from '../../machines/ports.ts';
import type { CreateMessage } from '../protocol/input.ts';
import { turnOptionKeys } from '../protocol/input.ts';
import { canonicalJson } from './canonical.ts';

/** What arrived, as it will be kept: each message has the `otid` by which the hub will know it for good. */
export function readSubmission(
  payload: CreateMessage,
  about: { sender: string | null; at: string; newId: () => string },
): Submission {
  const [first] = payload.messages;
  const clientMessageId = first?.client_message_id ?? first?.otid ?? `cm-submit-${about.newId()}`;
  const otids = new Set<string>();
  const messages = payload.messages.map((message, index): JsonObject => {
    const { client_message_id: _, ...kept } = message;
    const wanted = index === 0 ? clientMessageId : message.otid;
    // The hub takes no otid twice: the second message of one name would be lost.
    const otid = wanted && !otids.has(wanted) ? wanted : `${clientMessageId}:${index}`;
    otids.add(otid);
    return {
      ...(kept as JsonObject),
      otid,
      ...(about.sender ? { acting_user_id: about.sender } : {}),
    };
  });
  const options = Object.fromEntries(
    turnOptionKeys.flatMap((key) => (payload[key] === undefined ? [] : [[key, payload[key]]])),
  );
  return {
    clientMessageId,
    messages,
    optionsKey: canonicalJson(options),
    sender: about.sender,
    at: about.at,
  };
}
