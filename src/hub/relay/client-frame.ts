import { frameTooLarge } from '../../protocol/client-frame-size.ts';
import { type Resumed, resumeSchema } from '../../protocol/relay.ts';
import type { Runtime } from '../../protocol/scope.ts';
import { holds, lacks, rightFor } from '../auth/rights.ts';
import type { ClientSocket } from './client-socket.ts';
import type { RelayContext } from './context.ts';
import type { Live } from './live.ts';
import { unknownConversation } from './pass.ts';
import { type ClientFrame, refusal } from './refusal.ts';
import { route } from './route.ts';

/** Frames that only hub and host say to each other. */
const RESERVED = new Set(['link_open', 'link_ack', 'link_gap', 'listener_ready', 'pong']);

/** One frame of a client. Whatever it is, the socket stays, and what asked for an answer gets one (D26). */
export function handleFrame(
  context: RelayContext,
  live: Live,
  client: ClientSocket,
  text: string,
  isBinary: boolean,
): void | Promise<void> {
  const frame = isBinary ? null : parseFrame(text);
  if (frame?.type === 'ack') return;
  if (!client.flood.admits(context.now(), text.length))
    return client.answer(refusal(frame ?? { type: '' }, 'too_fast', 'too many frames; slow down'));
  if (!frame)
    return client.answer(
      refusal({ type: '' }, 'invalid_frame', 'a frame is a JSON object with a "type", as text'),
    );
  const excess = frameTooLarge(text.length);
  if (excess !== null) return client.answer(refusal(frame, 'frame_too_large', excess));
  if (frame.type === 'ping') return client.reply('{"type":"pong"}');
  if (RESERVED.has(frame.type))
    return client.answer(refusal(frame, 'unknown_frame', `"${frame.type}" is not for clients`));
  const needed = rightFor(frame);
  if (!holds(client.person, needed))
    return client.answer(refusal(frame, 'forbidden', lacks(client.person, needed, `"${frame.type}"`)));
  if (frame.type === 'resume') return resume(context, live, client, frame);
  client.follow(frame.runtime);
  return route(context, live, client, frame);
}

function resume(
  context: RelayContext,
  live: Live,
  client: ClientSocket,
  frame: ClientFrame,
): void | Promise<void> {
  const parsed = resumeSchema.safeParse(frame);
  if (!parsed.success)
    return client.answer(refusal(frame, 'invalid_frame', 'resume needs a request_id and a runtime'));
  const { request_id, runtime, cursor } = parsed.data;
  if (!context.data.conversationExists(runtime.agent_id, runtime.conversation_id))
    return client.answer(refusal(frame, 'not_found', unknownConversation(runtime)));
  const followed = client.resume(runtime, cursor ?? null, (isOk, from) => {
    const result = isOk ? 'ok' : 'gap';
    client.answer({
      type: 'resumed',
      request_id,
      runtime: plain(runtime),
      result,
      cursor: from,
    } satisfies Resumed);
    if (isOk) client.answer(live.statusFrame());
  });
  if (followed) return followed;
  client.answer(refusal(frame, 'too_fast', 'this socket follows too many conversations; open another one'));
}

const plain = ({ agent_id, conversation_id }: Runtime): Runtime => ({ agent_id, conversation_id });

/** Null for what is no frame at all. */
export function parseFrame(text: string): ClientFrame | null {
  try {
    const value = JSON.parse(text) as ClientFrame | null;
    return typeof value === 'object' && value !== null && typeof value.type === 'string' ? value : null;
  } catch {
    return null;
  }
}
