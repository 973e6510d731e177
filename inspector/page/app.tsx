import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ActorState } from '../../src/replay/create-replay.ts';
import { lineSummary, rootOfLine } from '../recording/line-text.ts';
import type { Recording } from '../recording/recording.ts';
import { ActorTree } from './actor-tree.tsx';
import { Chart } from './chart.tsx';
import { Details } from './details.tsx';
import { LaneChart } from './lane-chart.tsx';
import { Timeline } from './timeline.tsx';

const VIEWS = ['actors', 'chart', 'timeline', 'lanes', 'details'] as const;
type View = (typeof VIEWS)[number];

export interface Selected {
  root: string;
  path: string;
}

export function App({ title, recording }: { title: string; recording: Recording }) {
  const last = recording.lines.length;
  const [position, setPosition] = useState(recording.lastAlive);
  const [view, setView] = useState<View>('chart');
  const [selected, select] = useState<Selected | null>(null);
  const go = (to: number) => setPosition(Math.max(0, Math.min(last, to)));
  const actors = useMemo(() => recording.actorsAt(position), [recording, position]);
  const actor = findActor(actors, selected) ?? firstOf(actors);
  const line = recording.lines[position - 1];

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement) return;
      const to = { ArrowLeft: position - 1, ArrowRight: position + 1, Home: 0, End: last }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      go(to);
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
        <h1 title={title}>{title}</h1>
        <div class="steps">
          <Go label="To the beginning" sign="|◀" onGo={() => go(0)} />
          <Go label="One line back" sign="◀" onGo={() => go(position - 1)} />
          <input
            type="range"
            aria-label="Position"
            min={0}
            max={last}
            value={position}
            onInput={(event) => go(Number(event.currentTarget.value))}
          />
          <Go label="One line on" sign="▶" onGo={() => go(position + 1)} />
          <Go label="To the end" sign="▶|" onGo={() => go(last)} />
          <output>
            {position} / {last}
          </output>
        </div>
        <p class="now">
          {line
            ? `${line.time} ${rootOfLine(line) ?? line.label} · ${lineSummary(line)}`
            : 'before the first line'}
        </p>
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
          <Chart recording={recording} actor={actor} position={position} isShown={view === 'chart'} />
        ) : (
          <p class="notice">Nothing is alive here.</p>
        )}
      </section>
      <section class="panel timeline-panel" aria-label="Timeline">
        <Timeline lines={recording.lines} position={position} root={actor?.root ?? null} onGo={go} />
      </section>
      <section class="panel lanes-panel" aria-label="Lanes">
        <LaneChart lines={recording.lines} position={position} root={actor?.root ?? null} onGo={go} />
      </section>
      <section class="panel details-panel" aria-label="Details">
        <Details actor={actor} line={line} />
      </section>
    </div>
  );
}

function Go({ label, sign, onGo }: { label: string; sign: string; onGo: () => void }) {
  return (
    <button type="button" title={label} aria-label={label} onClick={onGo}>
      {sign}
    </button>
  );
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

/** The one that was chosen, or its root when it is gone. */
function findActor(actors: readonly ActorState[], selected: Selected | null): ActorState | undefined {
  if (selected === null) return undefined;
  const own = actors.filter(({ root }) => root === selected.root);
  return own.find(({ path }) => path === selected.path) ?? own.find(({ path }) => path === '.');
}

function firstOf(actors: readonly ActorState[]): ActorState | undefined {
  return actors.find(({ root, path }) => path === '.' && root.startsWith('conversation:')) ?? actors[0];
}
