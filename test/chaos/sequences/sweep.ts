import { Random } from '../random.ts';
import type { Sequence } from './sequence.ts';
import { Stand, type StandOptions } from './stand.ts';

export interface Sweep {
  /** Points of the telling in which nothing was struck. */
  points: number;
  /** Tellings that were struck. */
  struck: number;
  /** Tellings that should have been, and came to their end before. */
  missed: number;
  /** What went wrong, each with where it was struck and its story. */
  faults: string[];
}

export interface SweepOptions extends StandOptions {
  /** So many points, spread over all of them; null: every one. */
  points: number | null;
  /** Which ones, when not all. */
  seed: string;
}

/** Tells a sequence once without a strike, then struck at one point after the other. */
export async function sweep(sequence: Sequence, options: SweepOptions): Promise<Sweep> {
  const stand = await Stand.build(options);
  try {
    const whole = await stand.tell(sequence, null);
    const result: Sweep = { points: whole.points, struck: 0, missed: 0, faults: [] };
    const note = (where: string, { violations, story }: typeof whole): void => {
      for (const { rule, what } of violations)
        result.faults.push([`${sequence.name}, ${where}: ${rule} ${what}`, ...story].join('\n    '));
    };
    note('never struck', whole);
    for (const at of choose(whole.points, options)) {
      const telling = await stand.tell(sequence, at);
      if (telling.struck === null) result.missed += 1;
      else result.struck += 1;
      note(`point ${at}, ${telling.struck ?? 'missed'}`, telling);
      // What did not come to rest would spoil all that follows.
      if (telling.violations.length > 0) break;
    }
    if (result.faults.length === 0) result.faults.push(...(await stand.stop()));
    return result;
  } finally {
    await stand.remove();
  }
}

/** Evenly spread, and others with another seed. */
function choose(points: number, { points: wanted, seed }: SweepOptions): number[] {
  if (wanted === null || wanted >= points) return Array.from({ length: points }, (_, at) => at);
  const first = new Random(seed).next();
  return Array.from({ length: wanted }, (_, n) => Math.floor(((n + first) * points) / wanted));
}
