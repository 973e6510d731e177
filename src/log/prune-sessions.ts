import { rmSync } from 'node:fs';
import { listSessions } from './list-sessions.ts';

/**
 * Deletes the oldest sessions, each with all its segments, until at most `keep` remain. One that is still being written
 * is never deleted, also when that leaves more than `keep`.
 */
export function pruneSessions(dir: string, keep: number): void {
  const sessions = listSessions(dir);
  let excess = sessions.length - keep;
  for (const session of sessions) {
    if (excess <= 0) return;
    if (session.alive) continue;
    // From the newest segment on: what a crash leaves behind still begins with the line that names its process.
    for (const { file } of session.segments.toReversed()) removeFile(file);
    excess -= 1;
  }
}

/** A log that cannot be deleted is no reason not to write the next one. */
export function removeFile(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It is listed, and tried again at the next start.
  }
}
