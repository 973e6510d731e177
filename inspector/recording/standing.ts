import type { ActorState } from '../../src/replay/create-replay.ts';
import { callOf, innermostOf } from '../why/innermost.ts';
import { isBare, type Reason, reasonsOf } from '../why/reasons.ts';
import type { Recording } from './recording.ts';

/** Why an actor is where it is, in the words of `signalbox why`. */
export interface Standing extends Reason {
  /** Who says so: the actor itself, or a machine farther in. */
  path: string;
  /** The time of day as the log has it, and in epoch milliseconds; null when it is not known. */
  since: { clock: string; at: number } | null;
  /** The tool call that it is about. */
  call: { id: string; name: string } | null;
}

/** What an actor waits for at a position, since when, and who can change it. */
export function standingOf(
  recording: Recording,
  actor: ActorState,
  actors: readonly ActorState[],
  position: number,
): Standing[] {
  const inside = actor.kind === 'machine' ? innermostOf(actor, actors) : [];
  const speaking = [actor, ...inside.filter((each) => each !== actor)];
  const all = speaking.flatMap((each) => {
    const at = recording.sinceOf(each, position);
    const line = recording.lines[at - 1];
    const since = line ? { clock: line.time.slice(0, 8), at: recording.timeAt(at) } : null;
    const { path } = each;
    return reasonsFor(recording, each).map((reason) => ({ ...reason, path, since, call: callOf(each) }));
  });
  // A name alone is worth a line only when there is nothing else to say.
  const worded = all.filter((each) => !isBare(each));
  return worded.length > 0 ? worded : all.slice(0, 1);
}

/** An effect does not wait: it works, and its machine waits for it. */
function reasonsFor(recording: Recording, actor: ActorState): Reason[] {
  const shape = recording.shapeOf(actor);
  if (shape) return reasonsOf(shape, actor.value);
  const { root, path, src } = actor;
  const at = path.lastIndexOf('/');
  const machine = at === -1 ? root : path.slice(0, at);
  return [
    { state: src, why: `the effect ${src} works for ${machine}`, who: 'itself, or who stops its machine' },
  ];
}
