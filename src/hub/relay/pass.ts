import type { Runtime } from '../../protocol/scope.ts';
import type { Holdable } from './bag.ts';
import type { RelayContext } from './context.ts';
import { hold } from './hold.ts';
import type { Live } from './live.ts';
import type { Asker, Waiting } from './pending.ts';
import { type ClientFrame, offlineText, refusal, requestIdOf } from './refusal.ts';
import { messageIds, type ScopedFrame } from './stamp.ts';

/** Frames that a Letta host carries out without a word. */
const UNANSWERED_BY_LETTA =
  /^(?:change_device_state|watch_file|unwatch_file|file_ops|terminal_(?:input|resize|kill))$/;

/** To the host as it is, under a `request_id` of the hub; to an absent one not at all. */
export function pass(
  context: RelayContext,
  live: Live,
  asker: Asker,
  frame: ClientFrame,
  holdable: Holdable | null,
): void {
  const { host } = live;
  if (!host)
    return asker.answer(refusal(frame, 'environment_offline', offlineText(live.name, live.lastSeen)));
  if (frame.type === 'external_tool_call_response') return host.send(frame);
  const requestId = requestIdOf(frame);
  if (!host.isLinked && UNANSWERED_BY_LETTA.test(frame.type)) {
    host.send(frame);
    const note = 'passed on; this host does not say what came of it';
    if (requestId !== null)
      asker.answer({ type: `${frame.type}_response`, request_id: requestId, success: true, note });
    return;
  }
  const id = live.pending.add({ asker, frame, holdable, heldId: null, sentAt: context.now() });
  host.send({ ...frame, request_id: id });
}

/** Into the bag, when the conversation is one of this hub's. */
export function holdNew(
  context: RelayContext,
  live: Live,
  asker: Asker,
  frame: ScopedFrame,
  holdable: Holdable,
): void | Promise<void> {
  const { agent_id, conversation_id } = frame.runtime;
  if (!context.data.conversationExists(agent_id, conversation_id))
    return asker.answer(refusal(frame, 'not_found', unknownConversation(frame.runtime)));
  const waiting: Waiting = { asker, frame, holdable, heldId: null, sentAt: context.now() };
  return hold(context, live, [waiting], mayBeKnown(context, live, frame));
}

/** An earlier copy was passed on, or may have been by a hub that died since. */
const mayBeKnown = ({ passed }: RelayContext, live: Live, frame: ScopedFrame): boolean =>
  frame.resent === true || messageIds(frame).some((id) => passed.environmentOf(id) === live.id);

export const unknownConversation = ({ agent_id, conversation_id }: Runtime): string =>
  `this hub has no conversation "${conversation_id}"${conversation_id === 'default' ? ` of agent "${agent_id}"` : ''}`;
