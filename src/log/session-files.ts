import { openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const NAME = /^(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z)(?:\.(\d+))?\.log$/;

/** A session is named by the moment it began: `2026-11-22T13-17-03-221Z`. Its first segment has no number. */
export function segmentFile(dir: string, session: string, segment: number): string {
  return join(dir, segment === 1 ? `${session}.log` : `${session}.${segment}.log`);
}

/** The session and segment that a file name tells, or undefined for a file that is not ours. */
export function parseSegmentName(name: string): { session: string; segment: number } | undefined {
  const match = NAME.exec(name);
  return match?.[1] === undefined ? undefined : { session: match[1], segment: Number(match[2] ?? 1) };
}

/** The beginning of a session as ISO time, from its name. */
export function startOf(session: string): string {
  return session.replace(/T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z$/, 'T$1:$2:$3.$4Z');
}

/**
 * A new file, mode 0600, for a session that begins at `now` (epoch milliseconds). When another session has begun in
 * the same millisecond, or in one that is still to come because the clock was set back since, the next free one is
 * taken: the name stays a time, and the order by name is the order in which they began.
 */
export function createSession(dir: string, now: number): { session: string; fd: number } {
  const newest = readdirSync(dir).reduce((latest, name) => {
    const session = parseSegmentName(name)?.session;
    return session === undefined ? latest : Math.max(latest, Date.parse(startOf(session)) || 0);
  }, 0);
  for (let at = Math.max(now, newest + 1); ; at++) {
    const session = new Date(at).toISOString().replace(/[:.]/g, '-');
    try {
      return { session, fd: createSegment(dir, session, 1) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** A new, empty file for appending; fails when it exists, so that no log is ever written into by a second session. */
export function createSegment(dir: string, session: string, segment: number): number {
  return openSync(segmentFile(dir, session, segment), 'ax', 0o600);
}
