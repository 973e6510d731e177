import { closeSync, fstatSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from './make-folder.ts';

/** How long one waits for the others, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Runs `work` while no other process does so for `path`. The lock is the operating system's, on `<path>.lock`, so it
 * ends with its process; who has it takes that file away again. Throws what `work` throws, and when the others take
 * longer than ten seconds.
 */
export function whileLocked<T>(path: string, work: () => T): T {
  makeFolder(dirname(path));
  const release = acquire(`${path}.lock`);
  try {
    return work();
  } finally {
    release();
  }
}

function acquire(file: string): () => void {
  for (;;) {
    const fd = openSync(file, 'a', 0o600);
    const guard = new DatabaseSync(file, { timeout: PATIENCE_MS });
    // In this order: whoever closes any descriptor of a file gives up the locks that SQLite has on it.
    const close = (): void => {
      guard.close();
      closeSync(fd);
    };
    try {
      guard.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      // SQLite calls it an I/O error when the file goes away while it looks at it.
      const wasTaken = isGone(fd, file);
      close();
      if (wasTaken) continue;
      throw error;
    }
    // While we waited the one before us has taken the file away: this lock is one that nobody else will ask for.
    if (isGone(fd, file)) {
      close();
      continue;
    }
    return () => {
      rmSync(file, { force: true });
      close();
    };
  }
}

/** Whether the file that is open is no longer the one of this name. */
function isGone(fd: number, file: string): boolean {
  return fstatSync(fd).ino !== statSync(file, { throwIfNoEntry: false })?.ino;
}
