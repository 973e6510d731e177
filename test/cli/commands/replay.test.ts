import { chmodSync, constants, copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { segmentFile } from '../../../src/log/session-files.ts';
import { golden, goldenFile, lineOf, linesOf, withLine } from '../../replay/golden.ts';
import { TempHome } from '../../support/temp-server.ts';

let place: TempHome;
beforeEach(() => {
  place = new TempHome();
});
afterEach(() => place.remove());

const file = (text: string, name = 'a.log'): string => {
  const path = join(place.project, name);
  writeFileSync(path, text);
  return path;
};
const merging = golden('queue-merging');
const altered = () => {
  const at = lineOf(merging, '"disposition":"queued"', '→ out');
  return withLine(merging, at, (line) => [line.replace('"queued"', '"lost"')]);
};

describe('exit codes', () => {
  it('REPLAY-1 ends with 0 when all is equal', async () => {
    const { code, stdout } = await place.run(['replay', goldenFile('queue-merging')]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `equal: ${linesOf('queue-merging')} lines, 2 roots\n`,
    });
  });

  it('REPLAY-2 ends with 1 at a divergence, and shows it', async () => {
    const { code, stdout } = await place.run(['replay', file(altered())]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^conversation:conv-1 diverges: event\.frame\.disposition: "lost" was recorded/);
    expect(stdout).toMatch(/^> a\.log:\d+ {2}\[/m);
    expect(stdout).toContain('not equal');
  });

  it('REPLAY-6 ends with 2 at damage, and names the line', async () => {
    const damaged = file(withLine(merging, 60, (line) => [line.slice(0, -1)]));
    const { code, stdout } = await place.run(['replay', damaged]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^damaged: a\.log:60 /);
  });

  it('REPLAY-5 ends with 0 when the process was killed as it wrote', async () => {
    const { code, stdout } = await place.run(['replay', file(merging.slice(0, -300))]);
    expect(code).toBe(0);
    expect(stdout).toContain('is cut off');
  });

  it.each([
    [['replay', 'nosuch'], 'is no file and no session'],
    [['replay'], 'there is no log in'],
    [['replay', goldenFile('supersede'), '--until', 'noon'], '--until "noon" is no line number'],
    [['replay', goldenFile('supersede'), '--speed', 'fast'], '--speed "fast" is no factor'],
    [['replay', goldenFile('supersede'), '--step', '--json'], '--json goes with none of'],
    [['replay', '--update'], 'is no log|needs to be told|there is no log'],
    [['replay', '.'], 'is a folder. Name a log in it'],
    [['replay', '--script', 'nosuch'], 'nosuch cannot be read'],
  ])('%j is refused with 2', async (args, message) => {
    const { code, stderr } = await place.run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(message));
  });
});

describe('what is no recording', () => {
  const future = () => golden('supersede').replace('"format":1', '"format":9');
  it.each([
    ['an empty file', () => '', 'holds no line of a session log'],
    ['zeros', () => Buffer.alloc(10_000), 'holds no line of a session log'],
    ['other bytes', () => Buffer.from([0xff, 0xfe, 0x0a, 0x80, 0x0a]), 'damaged: a.log:1 is not UTF-8'],
    ['a text', () => 'hello\nthere\n', 'damaged: a.log:1 does not begin with'],
    ['a later format', future, 'is of log format 9; this version reads up to 1'],
    ['other line ends', () => golden('supersede').replaceAll('\n', '\r\n'), 'ends in a carriage return'],
    ['a packed log', () => gzipSync(golden('supersede')), 'packed by gzip, but no bundle'],
  ])('REPLAY-20 %s is refused with 2 and the reason, on every way', async (_, content, reason) => {
    const path = join(place.project, 'a.log');
    writeFileSync(path, content());
    for (const way of [[], ['--until', '3']]) {
      const { code, stdout, stderr } = await place.run(['replay', path, ...way]);
      expect(code).toBe(2);
      expect(stdout + stderr).toContain(reason);
      expect(stderr).not.toContain('a bug');
    }
  });

  it('REPLAY-20 a file that may not be read is named', async () => {
    const path = file(golden('supersede'));
    chmodSync(path, 0);
    // Whoever may read everything may read this.
    const isAllowed = await access(path, constants.R_OK).then(
      () => true,
      () => false,
    );
    const { code, stderr } = await place.run(['replay', path]);
    if (!isAllowed)
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('EACCES') });
    else expect(code).toBe(0);
  });
});

describe('which lines', () => {
  it('REPLAY-19 --json gives the result as JSON', async () => {
    const equal = await place.run(['replay', goldenFile('supersede'), '--json']);
    expect(JSON.parse(equal.stdout)).toMatchObject({
      ok: true,
      lines: linesOf('supersede'),
      roots: 3,
      divergences: [],
    });
    const other = await place.run(['replay', file(altered()), '--json']);
    expect(other.code).toBe(1);
    expect(JSON.parse(other.stdout)).toMatchObject({
      ok: false,
      divergence: { root: 'conversation:conv-1', line: expect.any(Number), around: expect.any(Array) },
    });
  });

  it('REPLAY-9 --conversation runs only that one, by its id', async () => {
    const parallel = goldenFile('parallel-tools');
    const one = await place.run(['replay', parallel, '--conversation', 'right']);
    expect(one.stdout).toBe(`equal: ${linesOf('parallel-tools')} lines, 1 root\n`);
    const none = await place.run(['replay', parallel, '--conversation', 'middle']);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('no conversation "middle"') });
  });

  it('REPLAY-10 --until stops at a line or a time, and shows the states', async () => {
    const approval = goldenFile('approval-over-a-restart');
    const at = lineOf(golden('approval-over-a-restart'), 'xstate.done.actor.classify');
    const line = await place.run(['replay', approval, '--until', String(at)]);
    expect(line.code).toBe(0);
    expect(line.stdout).toContain(`After line ${at}:`);
    expect(line.stdout).toMatch(/^ {2}turn {2}tools\.awaitingApproval$/m);
    const time = await place.run(['replay', approval, '--until', '12:05', '--json']);
    const { states } = JSON.parse(time.stdout);
    expect(states).toContainEqual(
      expect.objectContaining({
        root: 'conversation:conv-1',
        path: 'turn',
        value: { tools: 'awaitingApproval' },
      }),
    );
  });

  it('REPLAY-8 a session is found by its name, the newest one by none', async () => {
    const session = '2026-01-01T12-00-00-000Z';
    const dir = join(place.home, 'logs', 'remote');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(dir, { recursive: true });
    copyFileSync(goldenFile('supersede'), segmentFile(dir, session, 1));
    expect((await place.run(['replay'])).stdout).toContain(`equal: ${linesOf('supersede')} lines`);
    expect((await place.run(['replay', '2026-01-01'])).stdout).toContain(
      `equal: ${linesOf('supersede')} lines`,
    );
  });

  it('REPLAY-4 several files are the lives of one host', async () => {
    const { stdout } = await place.run(['replay', goldenFile('supersede'), goldenFile('queue-merging')]);
    const lines = linesOf('supersede') + linesOf('queue-merging');
    expect(stdout).toBe(`equal: ${lines} lines, 5 roots\n`);
  });
});

describe('walking', () => {
  it('REPLAY-11 --step goes on with each Enter, back with b, to a line with its number', async () => {
    const { code, stdout } = await place.run(
      ['replay', goldenFile('queue-merging'), '--step'],
      '\n\nb\n40\ns\nq\n',
    );
    expect(code).toBe(0);
    const shown = stdout.split('\n').filter((line) => /^ +\d+ {2}\[/.test(line));
    expect(shown.map((line) => Number.parseInt(line, 10))).toEqual([1, 2, 1, 40]);
    expect(stdout).toContain('host: started → starting');
    expect(stdout).toMatch(/^ {2}turn\/model {2}\(effect modelStep\)$/m);
  });

  it('REPLAY-11 --speed takes the time that was recorded, divided', async () => {
    const { code, stdout } = await place.run(['replay', goldenFile('queue-merging'), '--speed', '1000x']);
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((line) => /^ +\d+ {2}\[/.test(line))).toHaveLength(
      linesOf('queue-merging'),
    );
  });
});

describe('golden files and scenarios', () => {
  it('REPLAY-14 --update writes the new expectation, and only when there is one', async () => {
    const path = file(altered());
    expect((await place.run(['replay', path, '--update'])).stdout).toContain('1 lines are new');
    expect(readFileSync(path, 'utf8')).toBe(merging);
    expect((await place.run(['replay', path, '--update'])).stdout).toContain('is as it was');
    const at = lineOf(merging, '← in', '"from":"turn/model"');
    const gone = withLine(merging, at, (line) => [line.replace('"from":"turn/model"', '"from":"x"')]);
    const refused = await place.run(['replay', file(gone), '--update']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('record it again') });
    expect(readFileSync(path, 'utf8')).toBe(gone);
  });

  it('REPLAY-16 --script plays a scenario: 0 as expected, 1 when not, 2 when it is none', async () => {
    const scenario = join(goldenFile('x'), '..', 'queue-merging.scenario');
    const played = await place.run(['replay', '--script', scenario]);
    expect(played).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^as expected: 35 lines, \d+ frames/),
    });
    const text = readFileSync(scenario, 'utf8').replace('"resumed":1', '"resumed":2');
    const failed = await place.run(['replay', '--script', file(text, 'b.scenario')]);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toMatch(/b\.scenario:\d+ no such frame has left/);
    const none = await place.run(['replay', '--script', file('dance\n', 'c.scenario')]);
    expect(none).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('c.scenario:1 "dance" is no word'),
    });
  });
});

it('REPLAY-1 what a real host recorded is equal, also when it was killed and started again', async () => {
  const script = (...lines: string[]) => ['#script', ...lines].join('\n');
  const first = await place.startServer();
  const calls = ['call Bash {"command":"echo one"}', 'call Bash {"command":"echo two"}'];
  await place.run([
    'send',
    '--approve',
    'all',
    script('think a bit', 'say Two.', ...calls, '---', 'say {{2}}'),
  ]);
  const asking = place.start([
    'send',
    script('say Wait.', 'call Bash {"command":"echo three"}', '---', 'say {{1}}'),
  ]);
  await asking.says('waits for a person');
  await first.stop('SIGKILL');
  const second = await place.startServer();
  await place.run([
    'send',
    '--conversation',
    'new',
    '--approve',
    'all',
    script('call Bash {"command":"echo four"}'),
  ]);
  await second.stop('SIGTERM');
  const dir = join(place.home, 'logs', 'remote');
  const files = readdirSync(dir).map((name) => join(dir, name));
  expect(files).toHaveLength(2);
  const { code, stdout } = await place.run(['replay', ...files]);
  expect(stdout).toMatch(/^equal: \d+ lines, [6-9] roots\n$/);
  expect(code).toBe(0);
});
