/**
 * Stops what a dead machine leaves behind. A machine that throws in an action dies without stopping its children
 * (statelyai/xstate#5153): a tool would run on with nobody to end it. The children are stopped here, before the parent
 * of the dead machine hears of it. `_stop` is internal to XState; nothing else in Signalbox uses it.
 */
import type { ActorRefLike, InspectionEvent } from 'xstate';

interface Internal {
  getSnapshot():
    | { status?: string; children?: Record<string, { _stop?: () => void } | undefined> }
    | undefined;
}

/** An inspection observer; belongs on every root. */
export function reap(event: InspectionEvent): void {
  if (event.type !== '@xstate.event' || event.sourceRef === undefined) return;
  if (event.event.type.startsWith('xstate.error.actor.')) reapChildren(event.sourceRef);
}

/** For a root, which has no parent to tell of its death: call it in the root's `error` subscriber. */
export function reapChildren(dead: ActorRefLike): void {
  const snapshot = (dead as unknown as Internal).getSnapshot();
  if (snapshot?.status !== 'error') return;
  for (const child of Object.values(snapshot.children ?? {})) child?._stop?.();
}
