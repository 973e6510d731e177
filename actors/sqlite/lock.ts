import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from '../make-folder.ts';
import { faultOf, storeErrorOf } from './store-error.ts';

/** Who holds a lock, as told to whoever comes second. */
export interface LockHolder {
  pid: number;
  url?: string;
}

export type LockResult =
  | { ok: true; tell(holder: LockHolder): void; release(): void }
  | { ok: false; holder: LockHolder | null };

/**
 * Takes `<path>` for this process. The lock itself is the operating system's, on `<path>.sqlite`, so it ends
 * with the process, also after `kill -9`, and there are no stale locks to judge. `<path>` names the holder.
 * Throws `StoreError` when the folder cannot be used.
 */
export function acquireLock(path: string): LockResult {
  let guard: DatabaseSync | undefined;
  const tell = (holder: LockHolder): void => {
    writeFileSync(path, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  };
  try {
    makeFolder(dirname(path));
    guard = new DatabaseSync(`${path}.sqlite`, { timeout: 0 });
    guard.exec('BEGIN EXCLUSIVE');
    tell({ pid: process.pid });
  } catch (error) {
    guard?.close();
    if (faultOf(error) !== 'locked') throw storeErrorOf(error, path);
    return { ok: false, holder: readHolder(path) };
  }
  const held = guard;
  return {
    ok: true,
    tell,
    release() {
      // Not the file of another holder, should somebody have moved this home away under us.
      if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
      held.close();
    },
  };
}

/** The holder that a lock file names; null when there is none or it cannot be read. */
export function readHolder(path: string): LockHolder | null {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as LockHolder;
    return typeof holder.pid === 'number' ? holder : null;
  } catch {
    return null;
  }
}
