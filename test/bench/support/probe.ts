import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Loaded into a process that is measured: on request it tells of its memory, or of the stalls of its event loop. */
const NANOSECONDS = 1e6;
/** The monitor looks so often; a look on time is no stall. */
const EVERY_MS = 1;
const delays = monitorEventLoopDelay({ resolution: EVERY_MS });
delays.enable();

process.on('message', (asked) => {
  if (asked === 'heap') tellHeap();
  if (asked === 'stall') {
    process.send?.(Math.max(0, delays.max / NANOSECONDS - EVERY_MS));
    delays.reset();
  }
});
// To be asked is no reason to stay alive.
process.channel?.unref();

function tellHeap(): void {
  const collect = (globalThis as { gc?: () => void }).gc;
  collect?.();
  // What the first round finalised goes in the second.
  setImmediate(() => {
    collect?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    process.send?.({ used: heapUsed + external, rss });
  });
}
