import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Followed, followSession } from '../../src/log/follow-session.ts';
import { openSessionLog, type SessionLog, type SessionLogOptions } from '../../src/log/session-log.ts';
import { tempDir } from './temp-dir.ts';

const meta = { program: 'signalbox server', versions: { signalbox: '0.1.0' } };

function open(options: Partial<SessionLogOptions> = {}): SessionLog {
  const log = openSessionLog({ dir: tempDir(), meta, ...options });
  onTestFinished(() => log.close());
  return log;
}

/** What comes of a session, one after the other; the following ends with the test. */
function follow(file: string) {
  const stop = new AbortController();
  const pieces = followSession(file, { signal: stop.signal, everyMs: 5 });
  onTestFinished(async () => {
    stop.abort();
    await pieces.return();
  });
  const next = async (): Promise<Followed | undefined> => (await pieces.next()).value ?? undefined;
  return {
    next,
    stop,
    /** The text up to and with the first that holds `part`. */
    async textUpTo(part: string): Promise<string> {
      let text = '';
      for (let piece = await next(); piece !== undefined; piece = await next()) {
        if ('text' in piece) text += piece.text;
        if (text.includes(part)) return text;
      }
      throw new Error(`ended without ${part}: ${text}`);
    },
    async rest(): Promise<Followed[]> {
      const all: Followed[] = [];
      for (let piece = await next(); piece !== undefined; piece = await next()) all.push(piece);
      return all;
    },
  };
}

const write = (log: SessionLog, verb: Lowercase<string>, json: object = {}): void => {
  log.lifecycle(verb, json);
  log.flush();
};

describe('following a session', () => {
  it('INSP-18 gives every line that is written, in order, with the file and the number of the first one', async () => {
    const log = open();
    write(log, 'one');
    const { next, textUpTo } = follow(log.path);
    const first = await next();
    expect(first).toMatchObject({ file: log.path, line: 1 });
    expect((first as { text: string }).text.split('\n')).toHaveLength(3);
    write(log, 'two');
    write(log, 'three');
    expect(await textUpTo('three')).toMatch(/two[\s\S]*three.*\n$/);
  });

  it('INSP-18 tells when it has looked, and once more when nothing came since', async () => {
    const log = open();
    const { next } = follow(log.path);
    expect(await next()).toHaveProperty('text');
    expect(await next()).toEqual({ lookedAt: expect.any(Number) });
    expect(await next()).toEqual({ lookedAt: expect.any(Number) });
    write(log, 'later');
    expect(await next()).toHaveProperty('text');
    expect(await next()).toHaveProperty('lookedAt');
  });

  it('INSP-18 a line is given when it is whole', async () => {
    const dir = tempDir();
    const file = join(dir, 'a.log');
    writeFileSync(file, 'one\ntw');
    const { next } = follow(file);
    expect(await next()).toEqual({ file, line: 1, text: 'one\n' });
    appendFileSync(file, 'o – ein Wort\n');
    let piece = await next();
    while (piece && 'lookedAt' in piece) piece = await next();
    expect(piece).toEqual({ file, line: 2, text: 'two – ein Wort\n' });
  });

  it('INSP-18 ends with the session, and after its last line', async () => {
    const log = open();
    const { textUpTo, rest } = follow(log.path);
    await textUpTo('"segment":1');
    write(log, 'last');
    log.close();
    const all = await rest();
    expect(all.at(-1)).toEqual({ ended: 'The session has ended.' });
    const text = all.map((piece) => ('text' in piece ? piece.text : '')).join('');
    expect(text).toMatch(/last[\s\S]*"ended":true\}\n$/);
  });

  it('INSP-18 ends when the process is gone, with what it had begun to write', async () => {
    const file = join(tempDir(), '2026-01-01T00-00-00-000Z.log');
    const dead = '{"format":1,"session":"s","segment":1,"pid":999999999,"started":"1"}';
    writeFileSync(file, `[12:00:00.000] · open (lifecycle) ${dead}\n[12:00`);
    const all = await follow(file).rest();
    expect(all.slice(-2)).toEqual([{ file, line: 2, text: '[12:00' }, { ended: 'The process is gone.' }]);
  });

  it('INSP-18 goes on with the next segment', async () => {
    const log = open({ segmentBytes: 2_000 });
    const { textUpTo } = follow(log.path);
    for (let n = 1; n <= 20; n += 1) write(log, 'count', { n, text: 'x'.repeat(300) });
    expect(log.segment).toBeGreaterThan(2);
    const numbers = [...(await textUpTo('"n":20')).matchAll(/"n":(\d+)/g)].map((match) => Number(match[1]));
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it('INSP-19 a reader that is too slow is told of the gap, and the writer never waits for it', async () => {
    const log = open({ segmentBytes: 1_000, keepSegments: 2 });
    const { next, rest } = follow(log.path);
    expect(await next()).toHaveProperty('text');
    for (let n = 1; n <= 40; n += 1) write(log, 'count', { n, text: 'x'.repeat(300) });
    expect((await rest()).at(-1)).toEqual({ gap: expect.stringMatching(/\.2\.log was deleted/) });
  });

  it('INSP-19 whoever stops following leaves nothing behind, and what is not there is refused', async () => {
    const log = open();
    const { next, stop, rest } = follow(log.path);
    await next();
    stop.abort();
    expect((await rest()).filter((piece) => !('lookedAt' in piece))).toEqual([]);
    const gone = join(tempDir(), 'gone.log');
    rmSync(gone, { force: true });
    await expect(follow(gone).next()).rejects.toThrow('ENOENT');
  });
});
