import type { MessageCreate } from '../../protocol/content.ts';
import { type Runtime, scopeKey } from '../../protocol/scope.ts';
import { BAG_LIFE_MS, type Holdable } from './bag.ts';
import type { ClientFrame } from './refusal.ts';

export type ScopedFrame = ClientFrame & { runtime: Runtime };

/** Puts on who sent it. What the sender claimed there is not believed. */
export function stampPerson<T extends ClientFrame>(
  frame: T,
  runtime: Runtime,
  person: string,
): T & ScopedFrame {
  return { ...frame, runtime: { ...runtime, acting_user_id: person } };
}

/** The same on a frame that names no runtime yet. */
export const stampStarter = <T extends ClientFrame>(frame: T, person: string): T & ClientFrame => ({
  ...frame,
  acting_user_id: person,
});

/** Gives each message of an input a `client_message_id`: the sender's, else its `otid`, else a new one. */
export function stampMessages(frame: ScopedFrame, newId: () => string): ScopedFrame {
  const payload = frame.payload as { kind?: string; messages?: MessageCreate[] };
  if (payload.kind !== 'create_message' || !Array.isArray(payload.messages)) return frame;
  const messages = payload.messages.map((message) => ({
    ...message,
    client_message_id: message.client_message_id ?? message.otid ?? `cm-${newId()}`,
  }));
  return { ...frame, payload: { ...payload, messages } };
}

/** The `client_message_id`s of an input, in order. */
export function messageIds(frame: ClientFrame): string[] {
  const { messages } = (frame.payload ?? {}) as { messages?: MessageCreate[] };
  return (messages ?? []).flatMap(({ client_message_id: id }) => (id ? [id] : []));
}

/** The frame as the bag would keep it; null for what cannot wait. */
export function holdableOf(frame: ScopedFrame, now: number): Holdable | null {
  const name = nameOf(frame);
  if (!name) return null;
  const { agent_id, conversation_id } = frame.runtime;
  const { request_id, expires_in_ms, resent, ...kept } = frame;
  const life = typeof expires_in_ms === 'number' && expires_in_ms > 0 ? expires_in_ms : BAG_LIFE_MS;
  return {
    ...name,
    scope: scopeKey(agent_id, conversation_id),
    frame: kept,
    // A time that no clock reaches is as good as never.
    until: Math.min(now + Math.ceil(life), 8_640_000_000_000_000),
  };
}

function nameOf(frame: ScopedFrame): Pick<Holdable, 'kind' | 'key'> | null {
  if (frame.type === 'abort_message')
    return typeof frame.turn_id === 'string' ? { kind: 'abort', key: frame.turn_id } : null;
  if (frame.type === 'withdraw_input') return { kind: 'withdrawal', key: String(frame.client_message_id) };
  if (frame.type !== 'input') return null;
  const payload = frame.payload as { kind?: string; request_id?: string };
  if (payload.kind === 'approval_response') return { kind: 'answer', key: String(payload.request_id) };
  const [first] = messageIds(frame);
  return payload.kind === 'create_message' && first !== undefined ? { kind: 'input', key: first } : null;
}
