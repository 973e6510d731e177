import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type LogLine, parseLine } from '../../src/log/line.ts';
import { segmentFile } from '../../src/log/session-files.ts';
import { openSessionLog, type SessionLog, type SessionLogOptions } from '../../src/log/session-log.ts';
import { ended, firstLine, runFixture, runFixtureLimited } from './run-fixture.ts';
import { tempDir } from './temp-dir.ts';

const ENDS = new URL('./fixtures/ends.ts', import.meta.url);
const FILLS = new URL('./fixtures/fills.ts', import.meta.url);
const meta = { program: 'signalbox server', versions: { signalbox: '0.1.0' } };

function open(options: Partial<SessionLogOptions> = {}): SessionLog {
  const log = openSessionLog({ dir: tempDir(), meta, ...options });
  onTestFinished(() => log.close());
  return log;
}

/** Every line of a file; each of them has to parse. */
function read(file: string): LogLine[] {
  const text = readFileSync(file, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text.split('\n').slice(0, -1).map(parsed);
}

function parsed(text: string): LogLine {
  const result = parseLine(text);
  if (!result.ok) throw new Error(`${result.reason}: ${text}`);
  return result.line;
}

const verbs = (lines: LogLine[]) => lines.map(({ verb }) => verb);

describe('a session', () => {
  it('LOG-1 begins with a line that says what it is', () => {
    const dir = join(tempDir(), 'logs', 'remote');
    const log = open({ dir, now: () => Date.parse('2026-11-22T13:17:03.221Z') });
    expect(log.path).toBe(join(dir, '2026-11-22T13-17-03-221Z.log'));
    expect(log.session).toBe('2026-11-22T13-17-03-221Z');
    const [first, ...rest] = read(log.path);
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ arrow: '·', verb: 'open', label: 'lifecycle' });
    expect(first?.json).toEqual({
      format: 1,
      date: expect.stringMatching(/^2026-11-2[123]$/),
      zone: expect.stringMatching(/^[+-]\d\d:\d\d$/),
      session: log.session,
      segment: 1,
      pid: process.pid,
      started: process.platform === 'linux' ? expect.any(String) : null,
      ...meta,
    });
  });

  it('LOG-2 frames and lifecycle are lines of their kinds', () => {
    const log = open();
    log.frame('send', 'protocol', '{"type":"ping"}');
    log.frame('recv', 'control', { type: 'message', content: 'a\nb' });
    log.frame('recv', 'control', '{"type":"message"}', { root: 'r', path: '.', n: 0, at: 1, id: 'i' });
    log.lifecycle('registered', { connectionId: 'conn-1' });
    log.border('run', 'tool', '{"root":"r"}');
    log.flush();
    expect(read(log.path).slice(1)).toMatchObject([
      { arrow: '→', verb: 'send', label: 'protocol', json: { type: 'ping' } },
      { arrow: '←', verb: 'recv', label: 'control', json: { type: 'message', content: 'a\nb' } },
      { verb: 'recv', json: { type: 'message', _: { root: 'r', path: '.', n: 0, at: 1, id: 'i' } } },
      { arrow: '·', verb: 'registered', label: 'lifecycle', json: { connectionId: 'conn-1' } },
      { arrow: '→', verb: 'run', label: 'tool', json: { root: 'r' } },
    ]);
  });

  it('LOG-3 what cannot be written does not reach the caller', () => {
    const log = open();
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    log.lifecycle('odd', circular);
    log.frame('recv', 'control', { error: new Error('why'), big: 1n });
    log.flush();
    expect(read(log.path).slice(1)).toMatchObject([
      { json: { _unserialisable: expect.any(String) } },
      { json: { error: { name: 'Error', message: 'why' }, big: '1' } },
    ]);
  });

  it('LOG-6 without a flush the lines are in the file when the turn ends', async () => {
    const log = open();
    log.lifecycle('one', {});
    expect(read(log.path)).toHaveLength(1);
    await turn();
    expect(verbs(read(log.path))).toEqual(['open', 'one']);
  });

  it('LOG-25 a closed session ends with a line that says so, and takes nothing more', () => {
    const log = open();
    const said: string[] = [];
    log.follow({ rolled: () => said.push('rolled'), closing: () => log.lifecycle('follower', {}) });
    log.lifecycle('last', {});
    log.close();
    log.lifecycle('late', {});
    log.frame('send', 'protocol', '{}');
    log.flush();
    log.close();
    expect(verbs(read(log.path))).toEqual(['open', 'last', 'follower', 'session']);
    expect(read(log.path).at(-1)?.json).toEqual({ session: log.session, ended: true });
    expect(said).toEqual([]);
  });

  it('LOG-24 a new day is told before its first line', () => {
    let now = new Date(2026, 10, 22, 23, 59, 59, 999).getTime();
    const log = open({ now: () => now });
    log.lifecycle('evening', {});
    now += 1;
    log.lifecycle('night', {});
    log.lifecycle('later', {});
    log.flush();
    const lines = read(log.path);
    expect(verbs(lines)).toEqual(['open', 'evening', 'day', 'night', 'later']);
    expect(lines[0]?.json.date).toBe('2026-11-22');
    expect(lines[2]).toMatchObject({
      time: '00:00:00.000',
      json: { date: '2026-11-23', zone: lines[0]?.json.zone },
    });
  });

  it('LOG-8 folder and file are for their owner alone, also a folder that was open', () => {
    const dir = join(tempDir(), 'logs', 'remote');
    mkdirSync(dir, { recursive: true });
    chmodSync(dir, 0o755);
    const log = open({ dir });
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(log.path).mode & 0o777).toBe(0o600);
    const fresh = join(tempDir(), 'home', 'logs', 'hub');
    open({ dir: fresh });
    for (const folder of [fresh, dirname(fresh)]) expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('a folder that cannot be written is refused with the way out', () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    const attempt = () => openSessionLog({ dir: join(file, 'logs'), meta });
    expect(attempt).toThrow(`The session log cannot be written in ${join(file, 'logs')}: ENOTDIR`);
    expect(attempt).toThrow('SIGNALBOX_HOME');
  });
});

describe('sessions of a folder', () => {
  it('LOG-9 of twelve sessions the last ten are kept', () => {
    const dir = tempDir();
    const paths = Array.from({ length: 12 }, () => {
      const log = openSessionLog({ dir, meta });
      log.close();
      return log.path;
    });
    expect(paths.map((path) => existsSync(path))).toEqual([false, false, ...Array(10).fill(true)]);
    expect(readdirSync(dir)).toHaveLength(10);
    for (const path of paths.slice(2)) read(path);
  });

  it('LOG-10 a session that is still written is never among those that go', () => {
    const dir = tempDir();
    const living = open({ dir, keep: 2 });
    for (let n = 0; n < 4; n++) openSessionLog({ dir, meta, keep: 2 }).close();
    living.lifecycle('still', {});
    living.flush();
    expect(readdirSync(dir)).toHaveLength(2);
    expect(verbs(read(living.path))).toEqual(['open', 'still']);
  });

  it('LOG-10 nor is one of another process, until that has ended', async () => {
    const dir = tempDir();
    const child = runFixture(ENDS, dir, 'waits');
    const path = await firstLine(child);
    for (let n = 0; n < 3; n++) openSessionLog({ dir, meta, keep: 1 }).close();
    expect(existsSync(path)).toBe(true);
    child.kill('SIGKILL');
    await ended(child);
    openSessionLog({ dir, meta, keep: 1 }).close();
    expect(existsSync(path)).toBe(false);
  });

  it('LOG-11 two that begin in the same millisecond write into files of their own', () => {
    const dir = tempDir();
    const now = () => Date.parse('2026-11-22T13:17:03.221Z');
    const [a, b] = [open({ dir, now }), open({ dir, now })];
    a.lifecycle('first', {});
    b.lifecycle('second', {});
    a.flush();
    b.flush();
    expect([verbs(read(a.path)), verbs(read(b.path))]).toEqual([
      ['open', 'first'],
      ['open', 'second'],
    ]);
    expect(read(b.path)[0]?.json.session).toBe(b.session);
  });
});

describe('segments', () => {
  const fill = (log: SessionLog, n: number) => {
    log.lifecycle('filled', { n, text: 'x'.repeat(1_000) });
    log.flush();
  };

  it('LOG-12 a segment ends at its size, and the next begins with its own open line', () => {
    const dir = tempDir();
    const log = open({ dir, segmentBytes: 3_000, keepSegments: 100 });
    for (let n = 0; n < 10; n++) fill(log, n);
    log.close();
    const files = Array.from({ length: log.segment }, (_, n) => segmentFile(dir, log.session, n + 1));
    expect(files.length).toBeGreaterThan(2);
    expect(readdirSync(dir)).toHaveLength(files.length);
    for (const [n, file] of files.entries()) {
      expect(read(file)[0]).toMatchObject({
        verb: 'open',
        json: { ...meta, format: 1, session: log.session, segment: n + 1, pid: process.pid },
      });
      expect(statSync(file).mode & 0o777).toBe(0o600);
      if (n < files.length - 1) expect(statSync(file).size).toBeGreaterThanOrEqual(3_000);
    }
    const filled = files.flatMap(read).filter(({ verb }) => verb === 'filled');
    expect(filled.map(({ json }) => json.n)).toEqual(Array.from({ length: 10 }, (_, n) => n));
    expect(log.path).toBe(files[0]);
  });

  it('LOG-13 the newest eight are kept', () => {
    const dir = tempDir();
    const log = open({ dir, segmentBytes: 1 });
    for (let n = 0; n < 12; n++) fill(log, n);
    log.flush();
    expect(log.segment).toBe(13);
    const kept = Array.from({ length: 8 }, (_, n) => segmentFile(dir, log.session, 6 + n));
    expect(
      readdirSync(dir)
        .map((name) => join(dir, name))
        .sort(),
    ).toEqual(kept.sort());
  });

  it('LOG-12 what a segment begins with does not end it, however small it is to be', async () => {
    const log = open({ segmentBytes: 1 });
    log.follow({ rolled: () => log.lifecycle('continues', { root: 'r', segment: 1 }), closing: () => {} });
    fill(log, 0);
    expect(log.segment).toBe(2);
    for (let n = 0; n < 5; n++) await turn();
    expect(log.segment).toBe(2);
    expect(verbs(read(segmentFile(dirname(log.path), log.session, 2)))).toEqual(['open', 'continues']);
  });

  it('LOG-14 whoever follows is asked right after the open line, and no longer when it has let go', () => {
    const dir = tempDir();
    const log = open({ dir, segmentBytes: 1 });
    const letGo = log.follow({ rolled: () => log.lifecycle('continues', { n: 1 }), closing: () => {} });
    log.follow({ rolled: () => log.lifecycle('continues', { n: 2 }), closing: () => {} });
    fill(log, 0);
    letGo();
    fill(log, 1);
    log.flush();
    expect(verbs(read(segmentFile(dir, log.session, 2)))).toEqual([
      'open',
      'continues',
      'continues',
      'filled',
    ]);
    expect(read(segmentFile(dir, log.session, 3)).map(({ json }) => json.n)).toEqual([undefined, 2]);
  });

  it('LOG-12 a segment that cannot be begun leaves the lines in the one before', () => {
    const dir = tempDir();
    const log = open({ dir, segmentBytes: 1 });
    writeFileSync(segmentFile(dir, log.session, 2), 'in the way');
    fill(log, 0);
    fill(log, 1);
    expect(log.segment).toBe(1);
    expect(verbs(read(log.path))).toEqual(['open', 'filled', 'filled']);
    log.lifecycle('filled', { text: 'x'.repeat(1_100_000) });
    log.flush();
    expect(log.segment).toBe(1);
    expect(readFileSync(segmentFile(dir, log.session, 2), 'utf8')).toBe('in the way');
  });
});

describe('the end of a process', () => {
  async function linesAfter(
    way: string,
    dir = tempDir(),
  ): Promise<{ end: number | string; lines: LogLine[] }> {
    const child = runFixture(ENDS, dir, way);
    if (way.startsWith('killed')) {
      await firstLine(child);
      child.kill('SIGKILL');
    }
    const end = await ended(child);
    return { end, lines: read(join(dir, readdirSync(dir)[0] as string)) };
  }

  it('LOG-5 a line that was flushed is in the file when the process is killed in the same turn', async () => {
    const { end, lines } = await linesAfter('killed');
    expect(end).toBe('SIGKILL');
    expect(lines.at(-1)).toMatchObject({ verb: 'send', json: { type: 'last' } });
  });

  it('LOG-6 a line of an earlier turn is in the file when the process is killed', async () => {
    const { end, lines } = await linesAfter('killedLater');
    expect(end).toBe('SIGKILL');
    expect(lines.at(-1)).toMatchObject({ verb: 'send', json: { type: 'last' } });
  });

  it.each([
    ['exits', 'exit', 3],
    ['dies of an exception', 'throws', 1],
    ['dies of a rejection', 'rejects', 1],
  ])('LOG-6 a line of the turn in which the process %s is in the file', async (_what, way, code) => {
    const { end, lines } = await linesAfter(way);
    expect(end).toBe(code);
    expect(lines.at(-1)).toMatchObject({ verb: 'send', json: { type: 'last' } });
  });

  it.skipIf(process.platform === 'win32')(
    'LOG-7 a file that takes no more stops nothing; the log goes on and says what is missing',
    async () => {
      const dir = tempDir();
      const child = runFixtureLimited(8, FILLS, dir);
      expect(await ended(child)).toBe(0);
      const [first = '', second = '', ...more] = readdirSync(dir)
        .map((name) => join(dir, name))
        .sort(bySegment);
      expect(more).toEqual([]);
      expect(statSync(first).size).toBe(8_192);
      const whole = readFileSync(first, 'utf8').split('\n').slice(0, -1).map(parsed);
      const rest = read(second);
      expect(verbs(rest).slice(0, 3)).toEqual(['open', 'lines_lost', 'filled']);
      const count = rest[1]?.json.count as number;
      const filled = [...whole, ...rest].filter(({ verb }) => verb === 'filled').map(({ json }) => json.n);
      expect(filled).toHaveLength(12 - count);
      expect(filled.at(-1)).toBe(11);
    },
  );
});

function bySegment(a: string, b: string): number {
  return a.length - b.length;
}
