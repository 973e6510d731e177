import type { ActorState } from '../../src/replay/create-replay.ts';
import { innermostOf } from '../why/innermost.ts';
import type { Recording } from './recording.ts';

/** A timer that runs, as it stands at a moment. */
export interface RunningTimer {
  path: string;
  /** The name of the delay, and the state it belongs to. */
  delay: string;
  state: string;
  ms: number;
  /** 0: it is due. */
  leftMs: number;
}

/** The longest that a timer can be set for, which stands for no limit. */
const NO_LIMIT = 2 ** 31 - 1;

/**
 * The timers that run for an actor, and for the machines below it that speak for it. `now` in epoch milliseconds by the
 * clock of the session.
 */
export function timersOf(
  recording: Recording,
  actor: ActorState,
  actors: readonly ActorState[],
  now: number,
): RunningTimer[] {
  const owners = new Set([actor, ...innermostOf(actor, actors)]);
  return [...owners].flatMap(({ path, timers }) =>
    timers
      .filter(({ ms }) => ms < NO_LIMIT)
      .map(({ delay, state, ms, since }) => {
        const began = recording.timeAt(recording.positionOf(since));
        return { path, delay, state, ms, leftMs: Math.min(ms, Math.max(0, began + ms - now)) };
      }),
  );
}
