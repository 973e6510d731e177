import { retryAfterMs } from './models/ai-sdk/retry-after.ts';

/** No word of a hub keeps a host away for longer. */
const LONGEST_MS = 300_000;

/** Milliseconds that a hub asks to be left alone, from its headers (names in lower case); 0 when it asks nothing. */
export function hubWaitMs(
  headers: Readonly<Record<string, string | undefined>>,
  now: number = Date.now(),
): number {
  return Math.min(retryAfterMs(headers, now) ?? 0, LONGEST_MS);
}
