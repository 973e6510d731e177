import { runtimeSchema } from '../../protocol/scope.ts';
import type { Person } from '../ports.ts';
import type { RelayContext } from './context.ts';
import type { Live } from './live.ts';
import { holdNew } from './pass.ts';
import type { ClientFrame } from './refusal.ts';
import { holdableOf, stampMessages, stampPerson } from './stamp.ts';

/** What came of a frame that somebody left. */
export type Left =
  | { ok: true; clientMessageId: string | null; held: { environment: string; until: string } }
  | { ok: false; error: string };

/** Leaves frames for an environment on somebody's behalf; each answer comes when it is on disk. */
export async function leaveFrames(
  context: RelayContext,
  live: Live,
  person: Person,
  frames: ClientFrame[],
): Promise<Left[]> {
  const left: Left[] = [];
  for (const frame of frames) left.push(await leaveFrame(context, live, person, frame));
  return left;
}

function leaveFrame(context: RelayContext, live: Live, person: Person, frame: ClientFrame): Promise<Left> {
  return new Promise((resolve, reject) => {
    const runtime = runtimeSchema.parse(frame.runtime);
    const scoped = stampPerson({ ...frame, request_id: 'rest' }, runtime, person.name);
    const stamped = stampMessages(scoped, context.newId);
    const holdable = holdableOf(stamped, context.now());
    if (!holdable) return resolve({ ok: false, error: `"${frame.type}" cannot be left for a host` });
    const asker = { person, follow() {}, answer: (answer: object) => resolve(readAnswer(answer)) };
    const held = holdNew(context, live, asker, stamped, holdable);
    if (held) held.catch(reject);
  });
}

function readAnswer(answer: object): Left {
  const { accepted, error, client_message_id, held } = answer as Record<string, unknown>;
  if (accepted !== true) return { ok: false, error: String(error ?? 'refused') };
  const clientMessageId = typeof client_message_id === 'string' ? client_message_id : null;
  return { ok: true, clientMessageId, held: held as { environment: string; until: string } };
}
