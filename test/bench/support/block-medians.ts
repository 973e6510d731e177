import { statsOf } from '../stats.ts';

/** The median of each block of values that `inTurn` took: what is compared with its neighbour, not with the whole run. */
export function blockMedians(values: readonly number[], inBlock: number): number[] {
  const blocks = Math.floor(values.length / inBlock);
  return Array.from(
    { length: blocks },
    (_, block) => statsOf(values.slice(block * inBlock, (block + 1) * inBlock)).median,
  );
}
