import { basename } from 'node:path';
import type { JsonObject } from '../../machines/ports.ts';
import { segmentsOf } from '../log/list-sessions.ts';
import { type LogEntry, readSegment, readSession } from '../log/reader.ts';
import { parseSegmentName } from '../log/session-files.ts';

/**
 * The lines to replay for a file: of the first segment of a session, all segments that are kept; of a later one, that
 * segment alone, and before it what earlier segments hold of the roots that it goes on with. Reading rejects when a file
 * cannot be read.
 */
export function readRecording(file: string): AsyncIterable<LogEntry> {
  const own = parseSegmentName(basename(file))?.segment ?? 1;
  if (own > 1) return readSegmentWithRoots(file, own);
  // Each generator in between costs as much as a tenth of the replay.
  return segmentsOf(file).length > 1 ? readSession(file) : readSegment(file);
}

async function* readSegmentWithRoots(file: string, own: number): AsyncGenerator<LogEntry, void, undefined> {
  yield* readBefore(file, own);
  yield* readSegment(file);
}

/** What the segments before segment `own` hold of the roots that it goes on with. */
export async function* readBefore(file: string, own: number): AsyncGenerator<LogEntry, void, undefined> {
  const continued = await continuedIn(file);
  const from = Math.min(own, ...continued.values());
  for (const { segment, file: earlier } of segmentsOf(file)) {
    if (segment < from || segment >= own) continue;
    for await (const entry of readSegment(earlier))
      if (!entry.ok || isNeeded(entry.verb, entry.json, segment, continued)) yield entry;
  }
}

/** The roots that were busy when the segment began, each with the segment in which it opened. */
async function continuedIn(file: string): Promise<Map<string, number>> {
  const continued = new Map<string, number>();
  for await (const entry of readSegment(file)) {
    // They stand at the beginning, with the roots that open again there and the effects of those.
    if (!entry.ok || !['open', 'run', 'continues'].includes(entry.verb)) break;
    if (entry.verb === 'continues') continued.set(String(entry.json.root), Number(entry.json.segment));
  }
  return continued;
}

function isNeeded(
  verb: string,
  json: JsonObject,
  segment: number,
  continued: ReadonlyMap<string, number>,
): boolean {
  if (verb === 'lines_lost') return true;
  const opened = continued.get(String(json.root));
  return opened !== undefined && segment >= opened;
}
