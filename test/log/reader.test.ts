import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type LogEntry, readSegment, readSession } from '../../src/log/reader.ts';
import { segmentFile } from '../../src/log/session-files.ts';
import { openSessionLog, type SessionLog } from '../../src/log/session-log.ts';
import { tempDir } from './temp-dir.ts';

async function all(entries: AsyncIterable<LogEntry>): Promise<LogEntry[]> {
  const read: LogEntry[] = [];
  for await (const entry of entries) read.push(entry);
  return read;
}

function written(lines: number, segmentBytes = 1_000_000): SessionLog {
  const log = openSessionLog({ dir: tempDir(), segmentBytes, meta: { program: 'test', versions: {} } });
  onTestFinished(() => log.close());
  for (let n = 0; n < lines; n++) {
    log.lifecycle('filled', { n });
    log.flush();
  }
  return log;
}

const LINE = '[14:17:03.221] → send (protocol) {"type":"ping"}';

describe('readSegment', () => {
  it('LOG-22 gives each line with its file, its number and its parts', async () => {
    const file = join(tempDir(), 'a.log');
    writeFileSync(file, `${LINE}\n[14:17:03.445] ← recv (control) {"said":"é→😀"}\n`);
    expect(await all(readSegment(file))).toEqual([
      {
        ok: true,
        file,
        line: 1,
        time: '14:17:03.221',
        arrow: '→',
        verb: 'send',
        label: 'protocol',
        json: { type: 'ping' },
      },
      {
        ok: true,
        file,
        line: 2,
        time: '14:17:03.445',
        arrow: '←',
        verb: 'recv',
        label: 'control',
        json: { said: 'é→😀' },
      },
    ]);
  });

  it('LOG-22 a damaged line is told with its number and reason, and the others are read', async () => {
    const file = join(tempDir(), 'a.log');
    writeFileSync(file, `${LINE}\n${LINE.slice(0, 40)}\n\n${LINE}\n`);
    appendFileSync(
      file,
      Buffer.concat([Buffer.from(LINE.slice(0, -4)), Buffer.from([0xff, 0xfe]), Buffer.from('"}\n')]),
    );
    const entries = await all(readSegment(file));
    expect(entries.map(({ ok, line }) => [line, ok])).toEqual([
      [1, true],
      [2, false],
      [3, false],
      [4, true],
      [5, false],
    ]);
    expect(entries[1]).toMatchObject({
      reason: expect.stringContaining('JSON'),
      torn: false,
      text: LINE.slice(0, 40),
    });
    expect(entries[4]).toMatchObject({ reason: 'is not UTF-8', torn: false });
  });

  it('LOG-22 a last line cut off at any byte is torn, and no error', async () => {
    const file = join(tempDir(), 'a.log');
    const last = '[14:17:03.445] ← recv (control) {"said":"é→😀"}';
    for (let bytes = 1; bytes < Buffer.byteLength(last); bytes++) {
      writeFileSync(
        file,
        Buffer.from(`${LINE}\n${last}`).subarray(0, Buffer.byteLength(`${LINE}\n`) + bytes),
      );
      const entries = await all(readSegment(file));
      expect(entries).toMatchObject([{ ok: true }, { ok: false, line: 2, torn: true }]);
    }
    writeFileSync(file, `${LINE}\n${last}`);
    expect(await all(readSegment(file))).toMatchObject([{ ok: true }, { ok: true, line: 2 }]);
  });

  it('LOG-22 lines longer than what is read at once are whole', async () => {
    const file = join(tempDir(), 'a.log');
    const text = '→'.repeat(300_000);
    const long = `[14:17:03.221] → send (protocol) ${JSON.stringify({ text })}`;
    writeFileSync(file, [LINE, long, LINE, long, LINE, ''].join('\n'));
    const entries = await all(readSegment(file));
    expect(entries.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    expect(entries[3]).toMatchObject({ line: 4, json: { text } });
  });

  it('an empty file has no lines, a missing one is an error', async () => {
    const file = join(tempDir(), 'a.log');
    writeFileSync(file, '');
    expect(await all(readSegment(file))).toEqual([]);
    await expect(all(readSegment(`${file}.missing`))).rejects.toThrow('ENOENT');
  });

  it('may be left early', async () => {
    const { path } = written(1_000);
    for await (const { line } of readSegment(path)) if (line === 3) break;
  });
});

describe('readSession', () => {
  it('LOG-22 reads over all segments, from whichever file it is given', async () => {
    const log = written(20, 500);
    log.close();
    const from = segmentFile(dirname(log.path), log.session, log.segment);
    const entries = await all(readSession(from));
    const filled = entries.filter((entry) => entry.ok && entry.verb === 'filled');
    expect(entries.every(({ ok }) => ok)).toBe(true);
    expect(filled).toHaveLength(20 - numbersGone(entries));
    expect(new Set(entries.map(({ file }) => file)).size).toBe(Math.min(8, log.segment));
    expect(await all(readSession(entries[0]?.file ?? ''))).toEqual(entries);
  });

  it('LOG-22 a segment missing from between is told', async () => {
    const log = written(20, 500);
    const missing = log.segment - 1;
    rmSync(segmentFile(dirname(log.path), log.session, missing));
    const holes = (await all(readSession(log.path))).filter(({ ok }) => !ok);
    const file = segmentFile(dirname(log.path), log.session, log.segment);
    expect(holes).toEqual([
      { ok: false, file, line: 0, reason: `segment ${missing} is missing`, torn: false, text: '' },
    ]);
  });

  it('LOG-22 a session being written can be read', async () => {
    const log = written(3);
    const [whole] = [await all(readSession(log.path))];
    expect(whole).toHaveLength(4);
    truncateSync(log.path, Buffer.byteLength('[00:00:00.000] · open'));
    expect(await all(readSession(log.path))).toMatchObject([{ ok: false, torn: true }]);
  });
});

/** Lines of the segments that are no longer kept. */
function numbersGone(entries: LogEntry[]): number {
  const first = entries.find((entry) => entry.ok && entry.verb === 'filled');
  return first?.ok === true ? (first.json.n as number) : 0;
}

describe('what is no log', () => {
  it('REPLAY-21 a line without an end is damage once it is longer than any line can be, and is not kept', async () => {
    const file = join(tempDir(), 'zeros.log');
    writeFileSync(file, `${LINE}\n`);
    truncateSync(file, 65 * 1024 * 1024);
    appendFileSync(file, `\n${LINE}\n`);
    expect(await all(readSegment(file))).toMatchObject([
      { ok: true, line: 1 },
      { ok: false, line: 2, reason: 'is longer than 64 MB', torn: false, text: '' },
      { ok: true, line: 3 },
    ]);
  });

  it('REPLAY-20 a line that ends in a carriage return says how it came to that', async () => {
    const file = join(tempDir(), 'a.log');
    writeFileSync(file, `${LINE}\r\n`);
    expect(await all(readSegment(file))).toMatchObject([
      { ok: false, reason: 'ends in a carriage return, as after a conversion of line ends' },
    ]);
  });
});
