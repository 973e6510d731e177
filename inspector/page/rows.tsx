import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  count: number;
  /** Of one row, in pixels. */
  height: number;
  /** The row that must be in sight. */
  at: number;
  /** Of rows that are wider than the list, and from where to where that row must be in sight. */
  width?: number;
  across?: readonly [from: number, to: number];
  /** Stands above the rows, whatever is in sight. */
  head?: ComponentChildren;
  headHeight?: number;
  children: (row: number) => ComponentChildren;
}

/** Rows beyond what is in sight, above and below. */
const BEYOND = 20;

/** A list of any length: only the rows in sight are there. */
export function Rows({ count, height, at, width, across, head, headHeight = 0, children }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ top: 0, height: 800 });
  const look = () => {
    const { scrollTop = 0, clientHeight = 800 } = frame.current ?? {};
    setSight({ top: scrollTop, height: clientHeight });
  };
  const bring = useRef(() => {});
  bring.current = () => {
    const box = frame.current;
    if (!box) return;
    const room = box.clientHeight - headHeight;
    const top = at * height;
    if (top < box.scrollTop || top + height > box.scrollTop + room)
      box.scrollTop = Math.max(0, top - room / 2);
    const [from, to] = across ?? [0, 0];
    if (from < box.scrollLeft || to > box.scrollLeft + box.clientWidth)
      box.scrollLeft = Math.max(0, (from + to - box.clientWidth) / 2);
    look();
  };

  useEffect(() => bring.current(), [at, count, across?.[0], across?.[1]]);

  useEffect(() => {
    const box = frame.current;
    if (!box) return;
    let wasSeen = false;
    const watch = new ResizeObserver(() => {
      const isSeen = box.clientHeight > 0;
      // Whatever was not shown has lost its place.
      if (isSeen && !wasSeen) bring.current();
      else look();
      wasSeen = isSeen;
    });
    watch.observe(box);
    return () => watch.disconnect();
  }, []);

  const first = Math.max(0, Math.floor(sight.top / height) - BEYOND);
  const last = Math.min(count, Math.ceil((sight.top + sight.height) / height) + BEYOND);
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  const style = { height: `${count * height}px`, ...(width ? { width: `${width}px` } : {}) };
  return (
    <div class="rows" ref={frame} onScroll={look}>
      {head && (
        <div
          class="row-head"
          style={{ height: `${headHeight}px`, ...(width ? { width: `${width}px` } : {}) }}
        >
          {head}
        </div>
      )}
      <div class="all-rows" style={style}>
        {rows.map(children)}
      </div>
    </div>
  );
}
