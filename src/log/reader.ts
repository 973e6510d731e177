import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { type LogLine, parseLine } from './line.ts';
import { segmentsOf } from './list-sessions.ts';

interface Place {
  file: string;
  /** From 1 in each file; 0 for what concerns the file as a whole. */
  line: number;
}

/** A line that cannot be read ends nothing: whoever reads decides what its loss means. */
export interface DamagedLine extends Place {
  ok: false;
  reason: string;
  /** The last line of a file, cut off: the process was killed as it wrote, or is writing just now. */
  torn: boolean;
  text: string;
}

export type LogEntry = (Place & { ok: true } & LogLine) | DamagedLine;

/** The lines of the session that `file` belongs to, over all segments that are kept, in order. */
export async function* readSession(file: string): AsyncGenerator<LogEntry, void, undefined> {
  let expected: number | undefined;
  for (const { segment, file: part } of segmentsOf(file)) {
    if (expected !== undefined && segment !== expected)
      yield {
        ok: false,
        file: part,
        line: 0,
        reason: `segment ${expected} is missing`,
        torn: false,
        text: '',
      };
    yield* readSegment(part);
    expected = segment + 1;
  }
}

/** The lines of one file. Rejects when the file cannot be read. */
export async function* readSegment(file: string): AsyncGenerator<LogEntry, void, undefined> {
  let line = 0;
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      const tail = chunk.subarray(start, end);
      start = end + 1;
      line += 1;
      yield entry(file, line, rest.length === 0 ? tail : Buffer.concat([...rest, tail]), false);
      rest = [];
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length > 0) yield entry(file, line + 1, Buffer.concat(rest), true);
}

function entry(file: string, line: number, bytes: Buffer, last: boolean): LogEntry {
  const text = bytes.toString('utf8');
  const parsed = isUtf8(bytes) ? parseLine(text) : ({ ok: false, reason: 'is not UTF-8' } as const);
  if (parsed.ok) return { ok: true, file, line, ...parsed.line };
  return { ok: false, file, line, reason: parsed.reason, torn: last, text };
}
