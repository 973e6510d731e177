import type { ActorState } from '../../src/replay/create-replay.ts';
import type { Recording } from '../recording/recording.ts';
import { type Standing, standingOf } from '../recording/standing.ts';
import { timersOf } from '../recording/timers.ts';
import type { Selected } from './selected.ts';
import { agoText, spanText } from './time-text.ts';

interface Props {
  recording: Recording;
  actor: ActorState;
  actors: readonly ActorState[];
  position: number;
  /** Epoch milliseconds by the clock of the session. */
  now: number;
  onSelect: (actor: Selected) => void;
}

/** What an actor waits for, since when, and who can change it; and the timers that run for it. */
export function Waits({ recording, actor, actors, position, now, onSelect }: Props) {
  const timers = timersOf(recording, actor, actors, now);
  return (
    <div class="waits">
      {standingOf(recording, actor, actors, position).map((standing) => (
        <p key={`${standing.path} ${standing.state}`}>
          <strong>{sentence(standing)}</strong>
          {standing.since && (
            <span>
              since {standing.since.clock} ({agoText(now - standing.since.at)})
            </span>
          )}
          <span>who can change it: {standing.who}</span>
          {standing.path !== actor.path && (
            <button
              type="button"
              class="link"
              onClick={() => onSelect({ root: actor.root, path: standing.path })}
            >
              {standing.path}
            </button>
          )}
        </p>
      ))}
      {timers.length > 0 && (
        <ul class="timers" aria-label="Timers">
          {timers.map(({ path, delay, state, ms, leftMs }) => (
            <li key={`${path} ${state} ${delay}`} title={`in ${state}`}>
              <code>{delay}</code>
              <i style={{ '--left': `${(leftMs / ms) * 100}%` }} />
              <span>
                {leftMs === 0 ? 'due' : `${spanText(leftMs)} left`} of {spanText(ms)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const sentence = ({ why, call }: Standing): string => (call ? `${why}: ${call.name} (${call.id})` : why);
