import { StoreError } from '../../../actors/sqlite/store-error.ts';
import type { Held, PutResult } from './bag.ts';
import type { RelayContext } from './context.ts';
import type { Live } from './live.ts';
import type { Waiting } from './pending.ts';
import { type ClientFrame, refusal, requestIdOf } from './refusal.ts';

export const WITHDRAWN =
  'this input was withdrawn; send it under a new client_message_id if it is wanted after all';

/**
 * Puts frames into the bag and tells each sender, once they are on disk. `sent` is true for those that may
 * have reached the host before the link broke.
 */
export async function hold(
  context: RelayContext,
  live: Live,
  waitings: Waiting[],
  sent: boolean,
): Promise<void> {
  const { db, bag } = context;
  let results: PutResult[];
  try {
    results = db.transaction(() => waitings.map((waiting) => keep(context, live, waiting, sent)));
    await db.barrier();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    results = waitings.map(() => ({ ok: false, error: error.message }));
  }
  for (const [index, waiting] of waitings.entries()) {
    const result = results[index];
    if (!result?.ok) {
      waiting.asker?.answer(refusal(waiting.frame, 'environment_offline', result?.error ?? 'not held'));
      continue;
    }
    // It may be handed over or withdrawn already.
    if (bag.get(result.held.id)) live.publishHeld(result.held, 'input_held');
    if (requestIdOf(waiting.frame) !== null)
      waiting.asker?.answer(heldAnswer(waiting.frame, result.held, live.name));
  }
  live.delivery.pump();
}

/** The same input again is the one that is held: nothing is held twice. */
function keep({ bag, now }: RelayContext, live: Live, { holdable }: Waiting, sent: boolean): PutResult {
  if (!holdable) return { ok: false, error: 'this cannot be held' };
  const { scope, kind, key } = holdable;
  if (kind === 'input' && bag.isBuried(scope, key)) return { ok: false, error: WITHDRAWN };
  const held = kind === 'answer' ? null : bag.find(live.id, scope, kind, key);
  if (held?.withdraw) return { ok: false, error: WITHDRAWN };
  return held ? { ok: true, held } : bag.put(live.id, holdable, sent, now());
}

/** "Accepted": from here on the hub answers for it until the host does. */
function heldAnswer(frame: ClientFrame, held: Held, environment: string): object {
  const place = { environment, until: new Date(held.until).toISOString() };
  const answer = { request_id: requestIdOf(frame), runtime: held.frame.runtime, held: place };
  switch (held.kind) {
    case 'abort':
      return { type: 'abort_message_response', ...answer, aborted: false, success: true };
    case 'withdrawal':
      return {
        type: 'withdraw_input_response',
        ...answer,
        client_message_id: held.key,
        status: 'withdrawing',
        success: true,
      };
    default:
      return {
        type: 'input_accepted',
        ...answer,
        accepted: true,
        disposition: 'queued',
        ...(held.kind === 'input' ? { client_message_id: held.key } : {}),
      };
  }
}
