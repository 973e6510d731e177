import { readFileSync } from 'node:fs';

/**
 * A process that can be recognised later. `started` is when the kernel started it, in its own units (Linux), which
 * tells a process from a later one with the same pid. Where the system does not say so cheaply it is null, and only
 * the pid is compared: a log may then be kept for longer, never too short.
 */
export interface ProcessIdentity {
  pid: number;
  started: string | null;
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, started: statOf(process.pid)?.started ?? null };
}

/** True while the process lives, also when it belongs to another user. */
export function isRunning(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const stat = statOf(identity.pid);
  if (stat === undefined) return true;
  return stat.state !== 'Z' && (identity.started === null || identity.started === stat.started);
}

/** `Z` is a process that has ended and waits for its parent to take notice, which some never do. */
function statOf(pid: number): { state: string; started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; the state is the field after it, `starttime` the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
