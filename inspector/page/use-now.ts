import { useEffect, useState } from 'preact/hooks';

/** The time here, anew each `everyMs` milliseconds; null: it stands still. */
export function useNow(everyMs: number | null): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (everyMs === null) return;
    const tick = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(tick);
  }, [everyMs]);
  return everyMs === null ? now : Math.max(now, Date.now());
}
