/**
 * To be loaded before a program: `NODE_OPTIONS="--import <this file>" SHORT_CLOCK=5`. Its waits of half a second and
 * more (backoff, heartbeats, outage limits) are then so many times shorter. Clocks that are read go as they always do.
 */
const factor = Number(process.env.SHORT_CLOCK ?? 1);
const SHORTEST = 500;
const shorten = (ms: unknown): unknown => (typeof ms === 'number' && ms >= SHORTEST ? ms / factor : ms);

function shortened<F extends typeof setTimeout | typeof setInterval>(timer: F): F {
  const call = timer as (...args: unknown[]) => unknown;
  const short = (fn: unknown, ms: unknown, ...args: unknown[]): unknown => call(fn, shorten(ms), ...args);
  // `util.promisify` and others look for what Node has put there.
  return Object.assign(short, timer) as unknown as F;
}

globalThis.setTimeout = shortened(globalThis.setTimeout);
globalThis.setInterval = shortened(globalThis.setInterval);
