import type { Session, Update } from '../../client/index.ts';
import { type Progress, progressOf } from './progress.ts';

/**
 * Follows one message. After a gap the hub's copy of the host's state may be old: that the end was missed is only
 * believed when the host itself, asked since, says that it is idle. `again` is called when it has answered.
 */
export function createEndWatch(session: Session, clientMessageId: string, again: () => void) {
  let isRebuilt = false;
  let isAsking = false;
  let isConfirmed = false;

  const ask = async () => {
    if (isAsking) return;
    isAsking = true;
    const { ok } = await session.sync();
    isAsking = false;
    isConfirmed = ok;
    // A host that is away is asked again when something changes: its coming back does.
    if (ok) again();
  };
  return ({ frame, view }: Update): Progress => {
    if (frame?.type === 'snapshot') {
      isRebuilt = true;
      isConfirmed = false;
    }
    const progress = progressOf(view, clientMessageId, isRebuilt);
    if (progress.state !== 'missed' || isConfirmed) return progress;
    void ask();
    return { state: 'waiting' };
  };
}
