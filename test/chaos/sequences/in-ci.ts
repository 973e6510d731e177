import type { SweepOptions } from './sweep.ts';

/**
 * Going through every point takes minutes, so CI takes some of each sequence. `POINTS=all` takes every one, `SEED` picks
 * others.
 */
export function inCi(points: number): SweepOptions {
  const { POINTS, SEED } = process.env;
  return { points: POINTS === 'all' ? null : Number(POINTS ?? points), seed: SEED ?? '1' };
}

/** A limit for what hangs. */
export const LIMIT = { timeout: process.env.POINTS === 'all' ? 1_800_000 : 180_000 };
