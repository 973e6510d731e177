import { appendFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listSessions, segmentsOf } from '../../src/log/list-sessions.ts';
import { ownIdentity } from '../../src/log/process-identity.ts';
import { openSessionLog } from '../../src/log/session-log.ts';
import { ended, firstLine, runFixture } from './run-fixture.ts';
import { tempDir } from './temp-dir.ts';

const ENDS = new URL('./fixtures/ends.ts', import.meta.url);
const A = '2026-11-22T13-17-03-221Z';
const B = '2026-11-23T09-00-00-000Z';
const meta = { program: 'test', versions: {} };

function openLine(identity: object): string {
  return `[14:17:03.221] · open (lifecycle) ${JSON.stringify({ format: 1, session: A, segment: 1, ...identity })}\n`;
}

describe('listSessions', () => {
  it('LOG-23 tells start, size and segments of each, oldest first', () => {
    const dir = tempDir();
    writeFileSync(join(dir, `${B}.log`), 'four');
    writeFileSync(join(dir, `${A}.10.log`), '10');
    writeFileSync(join(dir, `${A}.9.log`), '9');
    writeFileSync(join(dir, 'notes.txt'), 'not ours');
    mkdirSync(join(dir, 'folder'));
    expect(listSessions(dir)).toEqual([
      {
        session: A,
        started: '2026-11-22T13:17:03.221Z',
        alive: false,
        bytes: 3,
        segments: [
          { segment: 9, file: join(dir, `${A}.9.log`), bytes: 1 },
          { segment: 10, file: join(dir, `${A}.10.log`), bytes: 2 },
        ],
      },
      {
        session: B,
        started: '2026-11-23T09:00:00.000Z',
        alive: false,
        bytes: 4,
        segments: [{ segment: 1, file: join(dir, `${B}.log`), bytes: 4 }],
      },
    ]);
  });

  it('a folder that does not exist has none; a file in its place is an error', () => {
    const dir = tempDir();
    expect(listSessions(join(dir, 'none'))).toEqual([]);
    writeFileSync(join(dir, 'file'), '');
    expect(() => listSessions(join(dir, 'file'))).toThrow('ENOTDIR');
  });

  it('LOG-23 a session is alive until it is closed', () => {
    const dir = tempDir();
    const log = openSessionLog({ dir, meta });
    expect(listSessions(dir)).toMatchObject([
      { session: log.session, alive: true, bytes: statSync(log.path).size },
    ]);
    log.close();
    expect(listSessions(dir)).toMatchObject([{ session: log.session, alive: false }]);
  });

  it('LOG-23 a session is alive as long as its process', async () => {
    const dir = tempDir();
    const child = runFixture(ENDS, dir, 'waits');
    const path = await firstLine(child);
    expect(listSessions(dir)).toMatchObject([{ alive: true, segments: [{ file: path }] }]);
    child.kill('SIGKILL');
    await ended(child);
    expect(listSessions(dir)).toMatchObject([{ alive: false }]);
  });

  it('LOG-10 the process is recognised in the first line of the oldest segment that is left', () => {
    const dir = tempDir();
    const own = ownIdentity();
    const file = join(dir, `${A}.3.log`);
    writeFileSync(file, openLine(own));
    expect(listSessions(dir)[0]?.alive).toBe(true);
    appendFileSync(file, `[14:17:03.221] · session (lifecycle) {"session":"${A}"}\n`);
    expect(listSessions(dir)[0]?.alive).toBe(true);
    writeFileSync(
      join(dir, `${A}.4.log`),
      `${openLine(own)}[14:17:03.221] · session (lifecycle) {"ended":true}\n`,
    );
    expect(listSessions(dir)[0]?.alive).toBe(false);
  });

  it.each([
    ['an empty file', ''],
    ['a damaged first line', '[14:17:03.221] · open (lifecycle) {"pid":'],
    ['another first line', `[14:17:03.221] · registered (lifecycle) {"pid":${process.pid}}\n`],
    ['no pid', openLine({})],
    ['an earlier process with our pid', openLine({ pid: process.pid, started: '1' })],
  ])('LOG-10 %s is of no living session', (_what, text) => {
    const dir = tempDir();
    writeFileSync(join(dir, `${A}.log`), text);
    expect(listSessions(dir)[0]?.alive).toBe(false);
  });

  it('LOG-23 a last line of any length does not hide that the session lives', () => {
    const dir = tempDir();
    const text = `[14:17:03.221] → send (protocol) ${JSON.stringify({ text: 'x'.repeat(100_000) })}\n`;
    writeFileSync(join(dir, `${A}.log`), openLine(ownIdentity()) + text);
    expect(listSessions(dir)[0]?.alive).toBe(true);
  });
});

describe('segmentsOf', () => {
  it('LOG-23 any segment leads to all of its session', () => {
    const dir = tempDir();
    for (const name of [`${A}.log`, `${A}.2.log`, `${B}.log`]) writeFileSync(join(dir, name), 'x');
    expect(segmentsOf(join(dir, `${A}.2.log`)).map(({ segment }) => segment)).toEqual([1, 2]);
    expect(segmentsOf(join(dir, `${B}.log`))).toHaveLength(1);
  });

  it('LOG-23 a file of another name stands alone', () => {
    const file = join(tempDir(), 'golden.log');
    writeFileSync(file, 'abc');
    expect(segmentsOf(file)).toEqual([{ segment: 1, file, bytes: 3 }]);
    expect(() => segmentsOf(`${file}.missing`)).toThrow('ENOENT');
  });
});
