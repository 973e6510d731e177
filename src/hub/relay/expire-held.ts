import type { Held } from './bag.ts';
import type { RelayContext } from './context.ts';
import type { Live } from './live.ts';

/**
 * Ends what has waited longer than it may. What may have reached its host cannot be said to have expired: the
 * host is asked for it back, as if its sender had withdrawn it.
 */
export function expireHeld(
  { db, bag, now }: RelayContext,
  liveOf: (environmentId: string) => Live | null,
): void {
  const due = bag.expired(now());
  if (due.length === 0) return;
  const isAskedBack = (held: Held): boolean =>
    held.sent && held.kind === 'input' && liveOf(held.environmentId)?.isForeign === false;
  db.transaction(() => {
    for (const held of due)
      if (isAskedBack(held)) bag.markWithdraw(held.id);
      else bag.remove(held.id);
  });
  for (const held of due) {
    const live = liveOf(held.environmentId);
    if (isAskedBack(held)) live?.delivery.release(held.id);
    else live?.publishHeld(held, 'input_expired');
  }
}
