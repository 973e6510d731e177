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
    if (expected !== undefined && segment !== expected) yield missingSegment(part, expected);
    yield* readSegment(part);
    expected = segment + 1;
  }
}

/** Stands where a segment of a session should begin. `file` is the one that follows instead. */
export function missingSegment(file: string, segment: number): DamagedLine {
  return { ok: false, file, line: 0, reason: `segment ${segment} is missing`, torn: false, text: '' };
}

/** The lines of one file. Rejects when the file cannot be read. */
export async function* readSegment(file: string): AsyncGenerator<LogEntry, void, undefined> {
  const lines = new LineReader(file);
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>)
    for (const entry of lines.push(chunk)) yield entry;
  yield* lines.end();
}

/** Twice the longest frame. Nothing writes a longer line, and of a file that is no log no more than this is kept. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** Makes lines of the bytes of one file. */
export class LineReader {
  readonly #file: string;
  #line = 0;
  /** The beginning of a line whose end has not come yet. */
  #rest: Buffer[] = [];
  #restBytes = 0;
  /** It was told that the line is too long; what else it holds is passed over. */
  #isPassing = false;

  constructor(file: string) {
    this.#file = file;
  }

  /** The lines that end in these bytes. */
  *push(chunk: Buffer): Generator<LogEntry, void, undefined> {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      const tail = chunk.subarray(start, end);
      start = end + 1;
      if (this.#isPassing) this.#isPassing = false;
      else yield this.#entry(this.#restBytes === 0 ? tail : Buffer.concat([...this.#rest, tail]), false);
      this.#rest = [];
      this.#restBytes = 0;
    }
    if (start === chunk.length || this.#isPassing) return;
    this.#rest.push(chunk.subarray(start));
    this.#restBytes += chunk.length - start;
    if (this.#restBytes <= LONGEST_LINE) return;
    this.#rest = [];
    this.#isPassing = true;
    yield this.#damaged(`is longer than ${LONGEST_LINE / 1024 / 1024} MB`, '', false);
  }

  /** What stands behind the last line break. */
  *end(): Generator<LogEntry, void, undefined> {
    if (this.#restBytes > 0 && !this.#isPassing) yield this.#entry(Buffer.concat(this.#rest), true);
  }

  #entry(bytes: Buffer, isLast: boolean): LogEntry {
    const text = bytes.toString('utf8');
    const parsed = isUtf8(bytes) ? parseLine(text) : ({ ok: false, reason: 'is not UTF-8' } as const);
    if (!parsed.ok) return this.#damaged(parsed.reason, text, isLast);
    this.#line += 1;
    return { ok: true, file: this.#file, line: this.#line, ...parsed.line };
  }

  #damaged(reason: string, text: string, torn: boolean): DamagedLine {
    this.#line += 1;
    return { ok: false, file: this.#file, line: this.#line, reason, torn, text };
  }
}
