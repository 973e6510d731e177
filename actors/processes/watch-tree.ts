import { setTimeout as sleep } from 'node:timers/promises';

/** Waits `ms`, or rejects when `signal` aborts. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<unknown>;

/** Most commands are over by then. */
const FIRST_MS = 50;

const pauseByClock: Pause = (ms, signal) => sleep(ms, undefined, { signal });

/**
 * Looks at what a call started while it runs, each time after twice as long, so that some fifteen looks do for
 * the longest call. A process that was seen under its parents stays known after they died.
 */
export async function watchTree(
  look: () => Promise<unknown>,
  signal: AbortSignal,
  pause: Pause = pauseByClock,
): Promise<void> {
  try {
    for (let ms = FIRST_MS; ; ms *= 2) {
      await pause(ms, signal);
      if (signal.aborted) return;
      await look();
    }
  } catch {
    // The call is over, or the table cannot be read now: whoever ends the tree looks for himself.
  }
}
