import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { JsonObject } from '../../machines/ports.ts';
import { parseLine } from './line.ts';
import { isRunning } from './process-identity.ts';
import { parseSegmentName, startOf } from './session-files.ts';

export interface SessionSegment {
  segment: number;
  file: string;
  bytes: number;
}

export interface SessionFiles {
  /** Its name, which is the moment it began. */
  session: string;
  /** ISO time. */
  started: string;
  /** The process that writes it is running and has not ended it. */
  alive: boolean;
  /** Of all segments together. */
  bytes: number;
  /** Those still kept, oldest first; never empty. */
  segments: SessionSegment[];
}

/** The sessions of a log folder, oldest first. A folder that does not exist has none. */
export function listSessions(dir: string): SessionFiles[] {
  return [...segmentsBySession(dir)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([session, segments]) => {
      const bytes = segments.reduce((sum, each) => sum + each.bytes, 0);
      return { session, started: startOf(session), alive: isAlive(segments), bytes, segments };
    });
}

/** All kept segments of the session that a file belongs to, oldest first; a file of any other name stands alone. */
export function segmentsOf(file: string): SessionSegment[] {
  const session = parseSegmentName(basename(file))?.session ?? '';
  const found = segmentsBySession(dirname(file)).get(session);
  return found ?? [{ segment: 1, file, bytes: statSync(file).size }];
}

function segmentsBySession(dir: string): Map<string, SessionSegment[]> {
  const sessions = new Map<string, SessionSegment[]>();
  for (const name of namesIn(dir)) {
    const parsed = parseSegmentName(name);
    if (parsed === undefined) continue;
    const file = join(dir, name);
    const bytes = statSync(file, { throwIfNoEntry: false })?.size;
    if (bytes === undefined) continue;
    const segments = sessions.get(parsed.session) ?? [];
    segments.push({ segment: parsed.segment, file, bytes });
    sessions.set(parsed.session, segments);
  }
  for (const segments of sessions.values()) segments.sort((a, b) => a.segment - b.segment);
  return sessions;
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Every segment begins with a line that names the process; the last line of an ended session says so. */
function isAlive(segments: SessionSegment[]): boolean {
  const [first, last] = [segments[0], segments.at(-1)];
  if (first === undefined || last === undefined) return false;
  const open = objectOn(readPart(first, 0).split('\n', 1)[0] ?? '', 'open');
  if (typeof open?.pid !== 'number') return false;
  const tail = readPart(last, Math.max(0, last.bytes - PART));
  const end = objectOn(tail.trimEnd().split('\n').at(-1) ?? '', 'session');
  if (end?.ended === true) return false;
  return isRunning({ pid: open.pid, started: typeof open.started === 'string' ? open.started : null });
}

function objectOn(text: string, verb: string): JsonObject | undefined {
  const parsed = parseLine(text);
  return parsed.ok && parsed.line.verb === verb ? parsed.line.json : undefined;
}

const PART = 16_384;

function readPart({ file }: SessionSegment, position: number): string {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'r');
    const part = Buffer.alloc(PART);
    return part.toString('utf8', 0, readSync(fd, part, 0, PART, position));
  } catch {
    return '';
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
