import { basename, dirname, resolve } from 'node:path';
import { followSession } from '../../src/log/follow-session.ts';
import { listSessions, segmentsOf } from '../../src/log/list-sessions.ts';
import type { LogEntry } from '../../src/log/reader.ts';
import { readBefore, readRecording } from '../../src/replay/read-recording.ts';
import type { Piece, Source } from './piece.ts';

/** Lines in one piece. */
const BATCH = 2_000;
/** A page that joins a long session begins with the oldest segment from which on there is no more than this. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The recording of a log file: followed while its session goes on, else as it is. */
export function logSource(given: string, mostBytes = MOST_BYTES): Source {
  const file = resolve(given);
  const [first] = segmentsOf(file);
  const isWhole = first?.file === file;
  const session = listSessions(dirname(file)).find(({ segments }) => segments[0]?.file === file);
  if (isWhole && session?.alive)
    return { title: basename(file), isLive: true, pieces: liveOf(file, mostBytes) };
  return recordedSource(basename(file), () => readRecording(file));
}

/** A recording that is there as a whole. */
export function recordedSource(title: string, entries: () => AsyncIterable<LogEntry>): Source {
  return { title, isLive: false, pieces: () => inBatches(entries()) };
}

function liveOf(file: string, mostBytes: number): Source['pieces'] {
  return async function* (signal) {
    const segments = segmentsOf(file);
    let bytes = 0;
    const from =
      segments.findLast((each, index) => {
        bytes += each.bytes;
        return index === 0 || bytes + (segments[index - 1]?.bytes ?? 0) > mostBytes;
      }) ?? segments[0];
    if (from === undefined) return;
    if (from.segment > 1) yield* inBatches(readBefore(from.file, from.segment));
    for await (const piece of followSession(from.file, { signal }))
      yield 'text' in piece ? { ...piece, file: basename(piece.file) } : piece;
  };
}

/** Where the files lie on this machine is none of the page's business. */
async function* inBatches(entries: AsyncIterable<LogEntry>): AsyncGenerator<Piece, void, undefined> {
  let batch: LogEntry[] = [];
  for await (const entry of entries) {
    batch.push({ ...entry, file: basename(entry.file) });
    if (batch.length < BATCH) continue;
    yield { entries: batch };
    batch = [];
  }
  if (batch.length > 0) yield { entries: batch };
}
