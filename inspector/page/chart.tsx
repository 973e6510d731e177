import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ActorState } from '../../src/replay/create-replay.ts';
import { readLayout } from '../layout/read-layout.ts';
import { toSvg } from '../layout/svg.ts';
import { actorName } from '../recording/actor-name.ts';
import { eventTypeOf } from '../recording/line-text.ts';
import type { Recording } from '../recording/recording.ts';
import { activeStates, tracedTransitions } from '../recording/trace.ts';
import type { Selected } from './selected.ts';
import { Waits } from './waits.tsx';
import { Zoom } from './zoom.tsx';

interface Props {
  recording: Recording;
  actor: ActorState;
  actors: readonly ActorState[];
  position: number;
  /** Epoch milliseconds by the clock of the session. */
  now: number;
  onSelect: (actor: Selected) => void;
  /** On a small screen only one panel is there. */
  isShown: boolean;
}

/** The machine of an actor, its active states lit and its last transition traced, and what it waits for. */
export function Chart({ recording, actor, actors, position, now, onSelect, isShown }: Props) {
  const shape = recording.shapeOf(actor);
  const place = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState<number | null>(null);
  const svg = useMemo(() => (shape ? toSvg(shape, readLayout(shape.id)) : ''), [shape]);
  const move = recording.lastMove(actor.root, actor.path, position);

  useEffect(() => {
    const drawn = place.current;
    if (!drawn || !shape) return;
    const active = activeStates(shape, actor.value);
    const cause = recording.lines[(move?.position ?? 0) - 1];
    const traced = new Set(
      move && cause
        ? tracedTransitions(shape, move.from, move.to, { verb: cause.verb, eventType: eventTypeOf(cause) })
        : [],
    );
    const edges = readLayout(shape.id).edges.filter(({ transitions }) =>
      transitions.some((id) => traced.has(id)),
    );
    const lit = new Set(edges.map(({ id }) => id));
    for (const group of drawn.querySelectorAll<SVGGElement>('[data-state]'))
      group.classList.toggle('lit', active.has(group.dataset.state ?? ''));
    for (const group of drawn.querySelectorAll<SVGGElement>('[data-edge]'))
      group.classList.toggle('lit', lit.has(group.dataset.edge ?? ''));
    bringLitInSight(drawn);
  }, [svg, actor, move, zoom, isShown]);

  useEffect(() => {
    const onResize = () => place.current && bringLitInSight(place.current);
    addEventListener('resize', onResize);
    return () => removeEventListener('resize', onResize);
  }, []);

  const { name, detail } = actorName(actor);
  const head = (
    <>
      <div class="top">
        <h2 title={actor.path === '.' ? actor.root : `${actor.root} ${actor.path}`}>
          {name} <small>{detail ?? (shape ? 'machine' : 'effect')}</small>
        </h2>
        {shape && <Zoom zoom={zoom} onZoom={setZoom} />}
      </div>
      <Waits {...{ recording, actor, actors, position, now, onSelect }} />
    </>
  );
  if (!shape)
    return (
      <>
        <div class="why">{head}</div>
        <p class="notice">An effect is a part of the program, not a machine; there is nothing to draw.</p>
      </>
    );
  const { width, height } = readLayout(shape.id);
  return (
    <>
      <div class="why">{head}</div>
      <div class="frame">
        <div class="drawing">
          <div
            ref={place}
            class={zoom === null ? 'fit' : ''}
            style={
              zoom === null
                ? { '--natural': `${width}px`, '--ratio': width / height }
                : { width: `${width * zoom}px` }
            }
            // Made from the machines of this program, with every name escaped.
            dangerouslySetInnerHTML={{ __html: svg }}
          />
        </div>
      </div>
    </>
  );
}

function bringLitInSight(drawn: HTMLElement): void {
  const leaf = farthestIn([...drawn.querySelectorAll<SVGGElement>('.state.lit')]);
  if (leaf && !isInSight(leaf, drawn.parentElement))
    leaf.scrollIntoView({ block: 'center', inline: 'center' });
}

/** Of several regions the one whose state is farthest in has most to tell. */
function farthestIn(states: SVGGElement[]): SVGGElement | undefined {
  const depth = (state: SVGGElement) => state.dataset.state?.split('.').length ?? 0;
  const most = Math.max(...states.map(depth));
  return states.find((state) => depth(state) === most);
}

function isInSight(part: Element, frame: Element | null): boolean {
  const [inner, outer] = [part.getBoundingClientRect(), frame?.getBoundingClientRect()];
  if (!outer) return true;
  return (
    inner.top >= outer.top &&
    inner.bottom <= outer.bottom &&
    inner.left >= outer.left &&
    inner.right <= outer.right
  );
}
