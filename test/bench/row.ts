import type { Stats } from './stats.ts';

/** One line of the table. */
export interface Line {
  work: string;
  unit: 's' | 'ms' | 'MB' | 'KB' | 'µs' | '/s' | '×';
  ours: Stats;
  /** The least that the same work costs here, measured in the same run. */
  bare?: Stats;
  /** What design.md asks for; `most` and `least` are in `unit`. */
  target?: { most: number } | { least: number };
  /** What else a reader must know of the number. */
  note?: string;
}

/** Where and how to measure. */
export interface BenchContext {
  /** The `bin/signalbox.js` that is measured. */
  entry: string;
  /** Tells what is going on; nothing of it is a result. */
  say(text: string): void;
}

export interface Row {
  name: string;
  /** Runs only when it is named, or with `--all`: how long it takes. */
  slow?: string;
  run(context: BenchContext): Promise<Line[]>;
}

/** Null when the line has no target. */
export function isMet({ ours, target }: Line): boolean | null {
  if (!target) return null;
  return 'most' in target ? ours.median <= target.most : ours.median >= target.least;
}
