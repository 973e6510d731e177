import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ActorState } from '../../src/replay/create-replay.ts';
import { readLayout } from '../layout/read-layout.ts';
import { toSvg } from '../layout/svg.ts';
import { eventTypeOf } from '../recording/line-text.ts';
import type { Recording } from '../recording/recording.ts';
import { activeStates, tracedTransitions } from '../recording/trace.ts';
import { reasonsOf } from '../why/reasons.ts';

interface Props {
  recording: Recording;
  actor: ActorState;
  position: number;
  /** On a small screen only one panel is there. */
  isShown: boolean;
}

/** The machine of an actor, its active states lit and its last transition traced, and what it waits for. */
export function Chart({ recording, actor, position, isShown }: Props) {
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
    const leaf = [...drawn.querySelectorAll('.state.lit')].at(-1);
    if (leaf && !isInSight(leaf, drawn.parentElement))
      leaf.scrollIntoView({ block: 'center', inline: 'center' });
  }, [svg, actor, move, zoom, isShown]);

  if (!shape)
    return (
      <p class="notice">
        {actor.path} is an effect ({actor.src}); only machines are drawn.
      </p>
    );
  const { width } = readLayout(shape.id);
  const step = (by: number) => setZoom((zoom ?? 1) * by);
  return (
    <>
      <div class="why">
        <b>
          {actor.path === '.' ? actor.root : actor.path} ({shape.id})
        </b>
        {reasonsOf(shape, actor.value).map(({ state, why, who }) => (
          <p key={state}>
            <code>{state}</code> {why}. <span>Who can change it: {who}.</span>
          </p>
        ))}
        <div class="zoom">
          <button type="button" aria-label="Smaller" onClick={() => step(0.8)}>
            −
          </button>
          <button type="button" onClick={() => setZoom(null)}>
            fit
          </button>
          <button type="button" onClick={() => setZoom(1)}>
            100 %
          </button>
          <button type="button" aria-label="Larger" onClick={() => step(1.25)}>
            +
          </button>
        </div>
      </div>
      <div class="drawing">
        <div
          ref={place}
          class={zoom === null ? 'fit' : ''}
          style={
            zoom === null
              ? { maxWidth: `${width}px`, '--natural': `${width}px` }
              : { width: `${width * zoom}px` }
          }
          // Made from the machines of this program, with every name escaped.
          dangerouslySetInnerHTML={{ __html: svg }}
        />
      </div>
    </>
  );
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
