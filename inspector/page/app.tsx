import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ActorState } from '../../src/replay/create-replay.ts';
import { lineSummary, pathOfLine, rootOfLine } from '../recording/line-text.ts';
import type { Recording } from '../recording/recording.ts';
import { ActorTree } from './actor-tree.tsx';
import { Chart } from './chart.tsx';
import { Details } from './details.tsx';
import { LaneChart } from './lane-chart.tsx';
import type { Feed } from './read-feed.ts';
import type { Selected } from './selected.ts';
import { StepBar } from './step-bar.tsx';
import { Timeline } from './timeline.tsx';
import { useNow } from './use-now.ts';

const VIEWS = ['actors', 'chart', 'timeline', 'lanes', 'details'] as const;
type View = (typeof VIEWS)[number];

export function App({ feed }: { feed: Feed }) {
  const { recording, isLive, status } = feed;
  const last = recording.lines.length;
  // Where the person went; null: at the end of a live session, wherever that is by now.
  const [held, hold] = useState<number | null>(null);
  const [view, setView] = useState<View>('chart');
  const [selected, select] = useState<Selected | null>(null);
  const [onlyRoot, setOnlyRoot] = useState(false);
  const position = Math.min(last, held ?? (isLive ? last : recording.lastAlive));
  const isFollowing = isLive && held === null;
  const actors = useMemo(() => recording.actorsAt(position), [recording, position, last]);
  const actor = findActor(actors, selected) ?? firstOf(actors);
  const line = recording.lines[position - 1];
  const isTicking = isFollowing && status !== 'over';
  const tick = useNow(isTicking ? (actors.some(({ timers }) => timers.length > 0) ? 250 : 1_000) : null);
  const now = isTicking ? tick + feed.aheadMs : recording.timeAt(position);

  useEffect(() => hold(null), [recording]);

  // What is asked for before the last answer is drawn counts from where that leads.
  const here = useRef({ position, root: actor?.root });
  here.current = { position, root: actor?.root };

  const go = (to: number) => {
    const next = Math.max(0, Math.min(last, to));
    const at = recording.lines[next - 1];
    const root = (at && rootOfLine(at)) ?? here.current.root;
    if (at && root && root !== here.current.root) select({ root, path: pathOfLine(at) });
    here.current = { position: next, root };
    hold(next);
  };
  /** By one line, or by one of the lines that the timeline shows. */
  const step = (by: 1 | -1) => {
    const { position: from, root } = here.current;
    if (!onlyRoot || !root) return go(from + by);
    const own = recording.positionsOf(root);
    const to = by === 1 ? own.find((each) => each > from) : own.findLast((each) => each < from);
    if (to !== undefined) go(to);
  };
  const goToEnd = () => (isLive ? hold(null) : go(last));

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const steps: Record<string, () => void> = {
        ArrowLeft: () => step(-1),
        ArrowRight: () => step(1),
        Home: () => go(0),
        End: goToEnd,
      };
      const act = steps[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });

  const show = (next: Selected) => {
    select(next);
    setView('chart');
  };
  return (
    <div class={`app view-${view}`}>
      <header>
        <div class="title">
          <h1 title={feed.title}>{feed.title}</h1>
          {isLive && (
            <button
              type="button"
              class={`live ${status}`}
              aria-pressed={isFollowing}
              title={isFollowing ? 'Shows each line as it is written' : 'Back to the newest line'}
              onClick={() => hold(isFollowing ? last : null)}
            >
              {liveText(isFollowing, status, last - position)}
            </button>
          )}
        </div>
        <StepBar position={position} last={last} onGo={go} onStep={step} onEnd={goToEnd} />
        <p class="now">
          {line ? (
            <>
              <time>{line.time}</time> <b>{rootOfLine(line) ?? line.label}</b> {lineSummary(line)}
            </>
          ) : (
            'before the first line'
          )}
        </p>
        {feed.notice && <p class="notice-line">{feed.notice}</p>}
        <Trouble recording={recording} onGo={go} />
        <nav>
          {VIEWS.map((name) => (
            <button type="button" key={name} aria-pressed={name === view} onClick={() => setView(name)}>
              {name}
            </button>
          ))}
        </nav>
      </header>
      <section class="panel actors" aria-label="Actors">
        <ActorTree actors={actors} selected={actor} onSelect={show} />
      </section>
      <section class="panel chart-panel" aria-label="Statechart">
        {actor ? (
          <Chart
            {...{ recording, actor, actors, position, now }}
            isShown={view === 'chart'}
            onSelect={show}
          />
        ) : (
          <p class="notice">Nothing is alive here.</p>
        )}
      </section>
      <section class="panel timeline-panel" aria-label="Timeline">
        <Timeline
          {...{ recording, position, onlyRoot }}
          root={actor?.root ?? null}
          onGo={go}
          onOnlyRoot={setOnlyRoot}
        />
      </section>
      <section class="panel lanes-panel" aria-label="Lanes">
        <LaneChart recording={recording} position={position} root={actor?.root ?? null} onGo={go} />
      </section>
      <section class="panel details-panel" aria-label="Details">
        <Details actor={actor} line={line} />
      </section>
    </div>
  );
}

function liveText(isFollowing: boolean, status: Feed['status'], behind: number): string {
  const word = status === 'over' ? 'ended' : status === 'lost' ? 'lost' : 'live';
  if (isFollowing) return word;
  return `to the ${status === 'over' ? 'end' : 'live end'}${behind > 0 ? ` (+${behind.toLocaleString('en')})` : ''}`;
}

function Trouble({ recording, onGo }: { recording: Recording; onGo: (position: number) => void }) {
  const [first] = recording.divergences;
  return (
    <>
      {first && (
        <button type="button" class="trouble" onClick={() => onGo(first.position)}>
          Line {first.position} is not as it was: {first.reason}
        </button>
      )}
      {recording.damaged && (
        <p class="trouble">
          Damaged at line {recording.damaged.line}: {recording.damaged.reason}
        </p>
      )}
    </>
  );
}

/** The one that was chosen, or when it is gone what is nearest above it. */
function findActor(actors: readonly ActorState[], selected: Selected | null): ActorState | undefined {
  if (selected === null) return undefined;
  const own = actors.filter(({ root }) => root === selected.root);
  for (
    let path = selected.path;
    path !== '.';
    path = path.slice(0, Math.max(0, path.lastIndexOf('/'))) || '.'
  ) {
    const found = own.find((actor) => actor.path === path);
    if (found) return found;
  }
  return own.find(({ path }) => path === '.');
}

function firstOf(actors: readonly ActorState[]): ActorState | undefined {
  return actors.find(({ root, path }) => path === '.' && root.startsWith('conversation:')) ?? actors[0];
}
