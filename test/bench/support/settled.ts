import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchProcess } from './bench-process.ts';

const LOOK_EVERY_MS = 200;
/** So many looks in a row must show the same, give or take the step. */
const LOOKS = 6;
const STEP_BYTES = 512 * 1024;
const MOST_LOOKS = 60;

/** Its resident memory in bytes once that rests: what loads behind "ready" is loaded. */
export async function settledRss(measured: BenchProcess): Promise<number> {
  let same = 0;
  let last = measured.rss();
  for (let looks = 0; same < LOOKS && looks < MOST_LOOKS; looks += 1) {
    await sleep(LOOK_EVERY_MS);
    const now = measured.rss();
    same = Math.abs(now - last) < STEP_BYTES ? same + 1 : 0;
    last = now;
  }
  return last;
}
