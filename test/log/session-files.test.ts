import { closeSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createSegment,
  createSession,
  parseSegmentName,
  segmentFile,
  startOf,
} from '../../src/log/session-files.ts';
import { tempDir } from './temp-dir.ts';

const NOW = Date.parse('2026-11-22T13:17:03.221Z');

describe('the names of files', () => {
  it('LOG-1 a session is named by the moment it began', () => {
    const dir = tempDir();
    const { session, fd } = createSession(dir, NOW);
    closeSync(fd);
    expect(session).toBe('2026-11-22T13-17-03-221Z');
    expect(existsSync(join(dir, '2026-11-22T13-17-03-221Z.log'))).toBe(true);
    expect(startOf(session)).toBe('2026-11-22T13:17:03.221Z');
  });

  it('LOG-12 a segment has its number, the first none', () => {
    const session = '2026-11-22T13-17-03-221Z';
    expect(segmentFile('/logs', session, 1)).toBe(`/logs/${session}.log`);
    expect(segmentFile('/logs', session, 12)).toBe(`/logs/${session}.12.log`);
    expect(parseSegmentName(`${session}.log`)).toEqual({ session, segment: 1 });
    expect(parseSegmentName(`${session}.12.log`)).toEqual({ session, segment: 12 });
  });

  it.each([
    'notes.txt',
    'x.log',
    '2026-11-22.log',
    '2026-11-22T13-17-03-221Z.log.gz',
    '2026-11-22T13-17-03-221Z.a.log',
  ])('a file that is not ours is left alone: %s', (name) => {
    expect(parseSegmentName(name)).toBeUndefined();
  });
});

describe('new files', () => {
  it('LOG-11 sessions that begin in the same millisecond have files of their own', () => {
    const dir = tempDir();
    const made = [createSession(dir, NOW), createSession(dir, NOW), createSession(dir, NOW)];
    for (const { fd } of made) closeSync(fd);
    expect(made.map(({ session }) => session)).toEqual([
      '2026-11-22T13-17-03-221Z',
      '2026-11-22T13-17-03-222Z',
      '2026-11-22T13-17-03-223Z',
    ]);
  });

  it('LOG-9 the order by name holds also when the clock was set back', () => {
    const dir = tempDir();
    const made = [NOW, NOW - 3_600_000, NOW - 3_599_000].map((now) => createSession(dir, now));
    for (const { fd } of made) closeSync(fd);
    expect(made.map(({ session }) => session)).toEqual([
      '2026-11-22T13-17-03-221Z',
      '2026-11-22T13-17-03-222Z',
      '2026-11-22T13-17-03-223Z',
    ]);
  });

  it('LOG-8 a file is for its owner alone, whatever the umask', () => {
    const dir = tempDir();
    const before = process.umask(0);
    try {
      const { session, fd } = createSession(dir, NOW);
      closeSync(fd);
      closeSync(createSegment(dir, session, 2));
      for (const segment of [1, 2])
        expect(statSync(segmentFile(dir, session, segment)).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });

  it('LOG-11 a file that exists is never written into', () => {
    const dir = tempDir();
    closeSync(createSegment(dir, 's', 2));
    expect(() => createSegment(dir, 's', 2)).toThrow('EEXIST');
    expect(() => createSession(join(dir, 'missing'), NOW)).toThrow('ENOENT');
  });
});
