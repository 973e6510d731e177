import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  count: number;
  /** Of one row, in pixels. */
  height: number;
  /** The row that must be in sight. */
  at: number;
  width?: number;
  children: (row: number) => ComponentChildren;
}

/** Rows beyond what is in sight, above and below. */
const BEYOND = 20;

/** A list of any length: only the rows in sight are there. */
export function Rows({ count, height, at, width, children }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ top: 0, height: 800 });
  const look = () => {
    const { scrollTop = 0, clientHeight = 800 } = frame.current ?? {};
    setSight({ top: scrollTop, height: clientHeight });
  };

  useEffect(() => {
    const box = frame.current;
    if (!box) return;
    const top = at * height;
    const isSeen = top >= box.scrollTop && top + height <= box.scrollTop + box.clientHeight;
    if (!isSeen) box.scrollTop = Math.max(0, top - box.clientHeight / 2);
    look();
  }, [at, count]);

  useEffect(() => {
    const watch = new ResizeObserver(look);
    if (frame.current) watch.observe(frame.current);
    return () => watch.disconnect();
  }, []);

  const first = Math.max(0, Math.floor(sight.top / height) - BEYOND);
  const last = Math.min(count, Math.ceil((sight.top + sight.height) / height) + BEYOND);
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  return (
    <div class="rows" ref={frame} onScroll={look}>
      <div
        style={{
          position: 'relative',
          height: `${count * height}px`,
          ...(width ? { width: `${width}px` } : {}),
        }}
      >
        {rows.map(children)}
      </div>
    </div>
  );
}
