import { fdatasync } from 'node:fs';

/**
 * One `fdatasync` off the main thread, shared by all who wait for it. It begins when this turn of the event loop has
 * done its work, so that all it wrote is one sync. Who comes while one runs waits for the next, because the running
 * one may have started before his bytes were written.
 */
export interface Barrier {
  /** Resolves when everything written before the call is on disk; rejects when the disk refuses. */
  wait(): Promise<void>;
}

/** `onSync` is called before each sync; what it returns once that has ended well. */
export function createBarrier(fd: number, onSync?: () => () => void): Barrier {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  const sync = (): Promise<void> => {
    next = null;
    const ended = onSync?.();
    running = new Promise<void>((resolve, reject) => {
      fdatasync(fd, (error) => {
        running = null;
        if (error) return reject(error);
        ended?.();
        resolve();
      });
    });
    return running;
  };

  return {
    wait() {
      next ??= running ? running.then(sync, sync) : endOfTurn().then(sync);
      return next;
    },
  };
}

const endOfTurn = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
