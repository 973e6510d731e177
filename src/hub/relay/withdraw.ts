import type { Held } from './bag.ts';
import type { RelayContext } from './context.ts';
import type { Live } from './live.ts';
import type { Asker } from './pending.ts';
import { refusal, requestIdOf } from './refusal.ts';
import type { ScopedFrame } from './stamp.ts';

type Status = 'withdrawn' | 'withdrawing';

/**
 * Takes back an input that is in the bag, or was taken back before: never sent, the hub deletes it and that is
 * final; sent, the host decides. Null when the bag knows nothing of it: then it is the host's alone.
 */
export function withdrawHeld(
  context: RelayContext,
  live: Live,
  asker: Asker,
  frame: ScopedFrame,
  scope: string,
): Promise<void> | null {
  const clientMessageId = String(frame.client_message_id);
  const answer = (status: Status): void => {
    if (requestIdOf(frame) === null) return;
    asker.answer({
      type: 'withdraw_input_response',
      request_id: frame.request_id,
      runtime: frame.runtime,
      client_message_id: clientMessageId,
      status,
      success: true,
    });
  };
  if (context.bag.isBuried(scope, clientMessageId)) return Promise.resolve(answer('withdrawn'));
  const held = context.bag.find(live.id, scope, 'input', clientMessageId);
  if (!held) return null;
  if (!held.sent) return remove(context, live, held).then(() => answer('withdrawn'));
  if (live.isForeign)
    return Promise.resolve(
      asker.answer(
        refusal(frame, 'unknown_frame', `"${live.name}" may have it already and cannot give it back`),
      ),
    );
  return askBack(context, live, held).then(() => answer('withdrawing'));
}

async function remove({ db, bag }: RelayContext, live: Live, held: Held): Promise<void> {
  db.transaction(() => {
    bag.remove(held.id);
    bag.bury(held.scope, held.key);
  });
  await db.barrier();
  live.publishHeld(held, 'input_withdrawn');
  live.delivery.pump();
}

async function askBack({ db, bag, now }: RelayContext, live: Live, held: Held): Promise<void> {
  db.transaction(() => bag.markWithdraw(held.id));
  await db.barrier();
  // On its way to the host: the question goes right behind it. Else the bag asks instead of handing over.
  if (!live.host || !live.pending.carries(held.id)) return live.delivery.release(held.id);
  const frame = { type: 'withdraw_input', runtime: held.frame.runtime, client_message_id: held.key };
  const requestId = live.pending.add({ asker: null, frame, holdable: held, heldId: held.id, sentAt: now() });
  live.host.send({ ...frame, request_id: requestId });
}
