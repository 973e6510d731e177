/** What a row measured: the middle and where most of it lies. */
export interface Stats {
  median: number;
  /** 10th and 90th percentile; of fewer than ten values the least and the greatest. */
  low: number;
  high: number;
  count: number;
}

export function statsOf(values: readonly number[]): Stats {
  if (values.length === 0) throw new Error('nothing was measured');
  const few = values.length < 10;
  return {
    median: percentile(values, 50),
    low: percentile(values, few ? 0 : 10),
    high: percentile(values, few ? 100 : 90),
    count: values.length,
  };
}

/** The slow end: the 99th percentile, and as its spread the 90th and the greatest. */
export function tailOf(values: readonly number[]): Stats {
  if (values.length === 0) throw new Error('nothing was measured');
  return {
    median: percentile(values, 99),
    low: percentile(values, 90),
    high: percentile(values, 100),
    count: values.length,
  };
}

/** `p` from 0 to 100. */
function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (p / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}
