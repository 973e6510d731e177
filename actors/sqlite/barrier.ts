import { fdatasync } from 'node:fs';

/**
 * One `fdatasync` off the main thread, shared by all who wait for it. Who comes while one runs waits for
 * the next, because the running one may have started before his bytes were written.
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
      if (next) return next;
      if (!running) return sync();
      next = running.then(sync, sync);
      return next;
    },
  };
}
