/** The first wait before a new attempt, in milliseconds; it doubles from there. */
const FIRST_MS = 1_000;
/** The doubling ends here; with the jitter the longest wait is half as long again: 30 s. */
const LAST_MS = 20_000;

/**
 * The wait before attempt `attempt` (from 1): 1 s doubling to 30 s, of which up to a third is jitter, so that
 * many who lost the same hub do not come back in one instant. `seed` stands in for chance, so that a recording
 * replays.
 */
export function backoffMs(attempt: number, seed: number): number {
  const base = Math.min(FIRST_MS * 2 ** Math.min(attempt - 1, 10), LAST_MS);
  return Math.round(base * (1 + 0.5 * fraction(seed, attempt)));
}

/** A number from 0 to 1 that looks random and is the same for the same seed and attempt. */
function fraction(seed: number, attempt: number): number {
  let x = (seed ^ Math.imul(attempt, 0x9e3779b1)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b) >>> 0;
  return ((x ^ (x >>> 16)) >>> 0) / 0x1_0000_0000;
}
