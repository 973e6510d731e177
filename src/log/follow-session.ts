import { existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listSessions } from './list-sessions.ts';
import { parseSegmentName, segmentFile } from './session-files.ts';

/** Lines of one file as they stand there. */
export interface LogText {
  file: string;
  /** The number of the first one, from 1. */
  line: number;
  /** Each with its line break; only the last one of a session that died may lack it. */
  text: string;
}

export type Followed =
  | LogText
  /** Everything was read for now. What had been read at the `lookedAt` before this one is whole. Epoch milliseconds. */
  | { lookedAt: number }
  /** Segments were deleted before they could be read. The following ends. */
  | { gap: string }
  /** The session is over. The following ends. */
  | { ended: string };

export interface FollowOptions {
  signal: AbortSignal;
  /** Milliseconds between two looks at the file. */
  everyMs?: number;
}

const PART = 64 * 1024;
const ENDED = /^.{14} · session \(lifecycle\) \{.*"ended":true\}$/;
/** After so many looks in a row without a new line it is asked whether the process still lives. */
const QUIET_LOOKS = 20;

/**
 * The lines of a session from the beginning of `file` on, and what is added while it goes on, over all further segments.
 * The process that writes knows nothing of this: the file is looked at, as long as whoever asks takes what was read. So
 * a slow reader costs nothing but its own delay. Rejects when the first file cannot be read.
 */
export async function* followSession(
  file: string,
  { signal, everyMs = 50 }: FollowOptions,
): AsyncGenerator<Followed, void, undefined> {
  const { session, segment } = parseSegmentName(basename(file)) ?? { session: '', segment: 1 };
  const dir = dirname(file);
  let reader = new SegmentReader(file);
  let at = segment;
  let quiet = 0;
  let isOver = false;
  try {
    while (!signal.aborted) {
      let isNew = false;
      for await (const text of reader.read()) {
        isNew = true;
        yield text;
      }
      const next = segmentFile(dir, session, at + 1);
      if (existsSync(next)) {
        // Once it is there, nothing more is written to the one before it.
        yield* reader.read();
        await reader.close();
        at += 1;
        reader = new SegmentReader(next);
        continue;
      }
      quiet = isNew ? 0 : quiet + 1;
      if (quiet < 2) yield { lookedAt: Date.now() };
      if (ENDED.test(reader.lastLine)) return yield { ended: 'The session has ended.' };
      if (isOver) {
        yield* reader.rest();
        return yield { ended: 'The process is gone.' };
      }
      if (quiet > 0 && quiet % QUIET_LOOKS === 0) {
        const found = listSessions(dir).find((each) => each.session === session);
        if ((found?.segments.at(-1)?.segment ?? at) > at)
          return yield { gap: `${basename(next)} was deleted before it could be read` };
        // What it wrote before it died may have come since the last look: one more is taken.
        isOver = !found?.alive;
      }
      if (!isOver) await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await reader.close();
  }
}

/** Reads one file on from where it stopped. */
class SegmentReader {
  lastLine = '';
  readonly #file: string;
  #opened: FileHandle | undefined;
  readonly #buffer = Buffer.allocUnsafeSlow(PART);
  #offset = 0;
  #lines = 0;
  /** The beginning of a line whose end was not there yet. */
  #rest: Buffer[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** The whole lines that are there now. */
  async *read(): AsyncGenerator<LogText, void, undefined> {
    this.#opened ??= await open(this.#file, 'r');
    for (let isMore = true; isMore; ) {
      const { bytesRead } = await this.#opened.read(this.#buffer, 0, PART, this.#offset);
      this.#offset += bytesRead;
      isMore = bytesRead === PART;
      const part = this.#buffer.subarray(0, bytesRead);
      const end = part.lastIndexOf(0x0a) + 1;
      // What is kept over the next read must not lie in the buffer.
      if (end === 0) {
        if (bytesRead > 0) this.#rest.push(Buffer.from(part));
        continue;
      }
      this.#rest.push(part.subarray(0, end));
      const lines = this.#take();
      if (end < bytesRead) this.#rest.push(Buffer.from(part.subarray(end)));
      yield lines;
    }
  }

  /** What stands behind the last line break. */
  *rest(): Generator<LogText, void, undefined> {
    if (this.#rest.length > 0) yield this.#take();
  }

  async close(): Promise<void> {
    await this.#opened?.close();
    this.#opened = undefined;
  }

  #take(): LogText {
    const [only] = this.#rest;
    const text = (this.#rest.length === 1 && only ? only : Buffer.concat(this.#rest)).toString('utf8');
    this.#rest = [];
    const line = this.#lines + 1;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#lines += 1;
    this.lastLine = text.slice(text.lastIndexOf('\n', text.length - 2) + 1, -1);
    return { file: this.#file, line, text };
  }
}
