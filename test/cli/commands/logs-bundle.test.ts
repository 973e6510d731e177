import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { segmentFile } from '../../../src/log/session-files.ts';
import { bundleOf } from '../../log/bundle/bundle-files.ts';
import { golden, goldenFile, lineOf, linesOf, withLine } from '../../replay/golden.ts';
import { TempHome } from '../../support/temp-server.ts';

let place: TempHome;
beforeEach(() => {
  place = new TempHome();
});
afterEach(() => place.remove());

const folder = (of: 'remote' | 'hub') => {
  const dir = join(place.home, 'logs', of);
  mkdirSync(dir, { recursive: true });
  return dir;
};
const sessionAt = (second: number) => `2026-01-01T12-00-0${second}-000Z`;
const keep = (of: 'remote' | 'hub', second: number, name: string) =>
  copyFileSync(goldenFile(name), segmentFile(folder(of), sessionAt(second), 1));
const out = () => join(place.project, 'b.tgz');
const unpack = (...names: string[]) =>
  execFileSync('tar', ['xzOf', out(), ...names], { encoding: 'utf8', maxBuffer: 2 ** 26 });
const listed = () => execFileSync('tar', ['tzf', out()], { encoding: 'utf8' }).trim().split('\n');

describe('packing', () => {
  it('BUNDLE-1 takes the newest three of hosts and of hubs, or as many as are asked for', async () => {
    for (const second of [1, 2, 3, 4, 5]) keep('remote', second, 'supersede');
    keep('hub', 2, 'queue-merging');
    const run = await place.run(['logs', 'bundle', '--out', out(), '--json']);
    const packed = JSON.parse(run.stdout) as { sessions: { of: string; session: string }[]; bytes: number };
    expect(packed.bytes).toBe(statSync(out()).size);
    expect(packed.sessions.map(({ session }) => session)).toEqual([2, 3, 4, 5].map(sessionAt));
    const one = await place.run(['logs', 'bundle', '--sessions', '1', '--of', 'host', '--json']);
    expect(JSON.parse(one.stdout).sessions).toMatchObject([{ session: sessionAt(5), alive: false }]);
  });

  it('BUNDLE-1 takes what is named: a session with all its segments, a file of any name', async () => {
    keep('remote', 1, 'supersede');
    copyFileSync(goldenFile('supersede'), segmentFile(folder('remote'), sessionAt(1), 2));
    keep('hub', 2, 'supersede');
    const words = ['2026-01-01T12-00-01', sessionAt(2), goldenFile('retry-ladder')];
    expect((await place.run(['logs', 'bundle', ...words, '--out', out()])).code).toBe(0);
    expect(listed().filter((name) => name.startsWith('logs/'))).toEqual([
      `logs/1-host/${sessionAt(1)}.log`,
      `logs/1-host/${sessionAt(1)}.2.log`,
      `logs/2-hub/${sessionAt(2)}.log`,
      'logs/3-log/retry-ladder.log',
    ]);
    expect(unpack('logs/3-log/retry-ladder.log')).toBe(golden('retry-ladder'));
  });

  it('BUNDLE-2 BUNDLE-3 holds versions, settings and every machine, and nothing else of the home', async () => {
    keep('remote', 1, 'supersede');
    writeFileSync(join(place.home, 'settings.json'), '{"model":"demo/scripted","token":"S3CRET"}');
    writeFileSync(join(place.home, 'credentials.json'), '{"hubs":{"local":{"token":"S3CRET-TOKEN"}}}');
    await place.run(['logs', 'bundle', '--out', out()]);
    const graph = JSON.parse((await place.run(['graph', '--json'])).stdout) as { id: string }[];
    expect(listed()).toEqual([
      'manifest.json',
      'settings.json',
      ...graph.map(({ id }) => `machines/${id}.json`),
      `logs/1-host/${sessionAt(1)}.log`,
    ]);
    expect(JSON.parse(unpack('manifest.json')).versions).toEqual({
      signalbox: expect.stringMatching(/^\d+\.\d+\.\d+/),
      node: process.version,
      os: expect.stringContaining(process.platform),
    });
    expect(unpack('machines/turn.json')).toBe((await place.run(['graph', 'turn', '--json'])).stdout);
    expect(JSON.parse(unpack('settings.json')).home).toMatchObject({
      model: 'demo/scripted',
      untold: ['token'],
    });
    expect(unpack()).not.toContain('S3CRET');
  });

  it('BUNDLE-6 is private, says what can be read in it, and takes no other file’s place', async () => {
    keep('remote', 1, 'supersede');
    const { stdout } = await place.run(['logs', 'bundle']);
    const [name = ''] = readdirSync(place.project).filter((each) => each.endsWith('.tgz'));
    expect(name).toMatch(/^signalbox-\d{4}-.*Z\.tgz$/);
    expect(statSync(join(place.project, name)).mode & 0o777).toBe(0o600);
    expect(stdout).toContain(`${name} (`);
    expect(stdout).toContain('can read what was said');
    writeFileSync(out(), 'mine');
    const taken = await place.run(['logs', 'bundle', '--out', out()]);
    expect(taken).toMatchObject({ code: 2, stderr: expect.stringContaining('b.tgz is there already') });
    expect(readFileSync(out(), 'utf8')).toBe('mine');
    mkdirSync(join(place.project, 'sent'));
    await place.run(['logs', 'bundle', '--out', 'sent']);
    expect(readdirSync(join(place.project, 'sent'))).toEqual([expect.stringMatching(/\.tgz$/)]);
  });

  it.each([
    [['logs', 'bundle'], 1, 'there is no log in'],
    [['logs', 'bundle', 'nosuch'], 2, 'is no file and no session'],
    [['logs', 'bundle', '--sessions', '0'], 2, 'is no number of sessions'],
    [['logs', 'bundle', '--sessions', '1.5'], 2, 'is no number of sessions'],
    [['logs', 'bundle', 'x', '--sessions', '2'], 2, 'leave them out, or the names'],
    [['logs', 'list', '--sessions', '2'], 2, 'goes with: signalbox logs bundle'],
    [['logs', 'show', '--out', 'x'], 2, 'goes with: signalbox logs bundle'],
    [['logs', 'bundle', '/nowhere/at/all'], 2, 'is no file and no session'],
    [
      ['logs', 'bundle', goldenFile('supersede'), '--out', '/nowhere/b.tgz'],
      1,
      '/nowhere/b.tgz cannot be written',
    ],
  ])('%j is refused', async (args, code, message) => {
    expect(await place.run(args)).toMatchObject({ code, stderr: expect.stringContaining(message) });
  });

  it('BUNDLE-11 what is no log is refused: text, bytes, nothing, a folder, a bundle', async () => {
    const text = join(place.project, 'id_rsa');
    writeFileSync(text, '-----BEGIN PRIVATE KEY-----\n');
    const empty = join(place.project, 'empty.log');
    writeFileSync(empty, '');
    const packed = join(place.project, 'a.gz');
    writeFileSync(packed, gzipSync('x'));
    for (const word of [text, empty, packed]) {
      const refused = await place.run(['logs', 'bundle', word, '--out', out()]);
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('is no session log') });
    }
    expect(await place.run(['logs', 'bundle', place.project])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot be read'),
    });
    expect(readdirSync(place.project)).not.toContain('b.tgz');
  });
});

describe('opening', () => {
  const changed = () => {
    const merging = golden('queue-merging');
    const at = lineOf(merging, '"disposition":"queued"', '→ out');
    return withLine(merging, at, (line) => [line.replace('"queued"', '"lost"')]);
  };

  it('BUNDLE-7 replays each session on its own, or the one that is named', async () => {
    const merging = linesOf('queue-merging');
    const supersede = linesOf('supersede');
    keep('remote', 1, 'queue-merging');
    keep('hub', 2, 'supersede');
    await place.run(['logs', 'bundle', '--out', out()]);
    const all = await place.run(['replay', out()]);
    expect(all).toMatchObject({
      code: 0,
      stdout: `host/${sessionAt(1)}: equal: ${merging} lines, 2 roots\nhub/${sessionAt(2)}: equal: ${supersede} lines, 3 roots\n`,
    });
    const one = await place.run(['replay', out(), '--session', sessionAt(2), '--json']);
    expect(JSON.parse(one.stdout)).toMatchObject({
      ok: true,
      sessions: [{ name: `hub/${sessionAt(2)}`, lines: supersede }],
    });
    expect((await place.run(['replay', out(), '--session', 'host/'])).stdout).toContain(`${merging} lines`);
    for (const [name, message] of [
      ['2027', `There are: host/${sessionAt(1)}, hub/${sessionAt(2)}`],
      ['2026', `"2026" could be host/${sessionAt(1)} or hub/${sessionAt(2)}`],
    ] as const)
      expect(await place.run(['replay', out(), '--session', name])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(message),
      });
  });

  it('BUNDLE-7 with --until, --step and --speed it takes one session and names the others', async () => {
    keep('remote', 1, 'queue-merging');
    keep('hub', 2, 'supersede');
    await place.run(['logs', 'bundle', '--out', out()]);
    const until = await place.run(['replay', out(), '--until', '5']);
    expect(until).toMatchObject({ code: 0, stderr: expect.stringContaining(`This is host/${sessionAt(1)}`) });
    expect(until.stdout).toContain('After line 5:');
    const step = await place.run(['replay', out(), '--step', '--session', 'hub'], '\nq\n');
    expect(step).toMatchObject({ code: 0, stderr: '' });
    const speed = await place.run(['replay', out(), '--speed', '1000x', '--session', 'hub']);
    expect(speed.stdout).toContain(`After line ${linesOf('supersede')}:`);
  });

  it('BUNDLE-7 it ends with the code of the worst session', async () => {
    keep('remote', 1, 'queue-merging');
    writeFileSync(segmentFile(folder('remote'), sessionAt(2), 1), changed());
    await place.run(['logs', 'bundle', '--out', out()]);
    const diverged = await place.run(['replay', out()]);
    expect(diverged.code).toBe(1);
    expect(diverged.stdout).toMatch(new RegExp(`^host/${sessionAt(2)}: conversation:conv-1 diverges`, 'm'));
    const only = await place.run(['replay', out(), '--conversation', 'conv-1']);
    expect(only.code).toBe(1);
    const none = await place.run(['replay', out(), '--conversation', 'conv-9']);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('no conversation "conv-9"') });
  });

  it('BUNDLE-8 inspect serves one session of it', async () => {
    keep('remote', 1, 'retry-ladder');
    keep('hub', 2, 'supersede');
    await place.run(['logs', 'bundle', '--out', out()]);
    for (const [args, first] of [
      [[], `host/${sessionAt(1)}`],
      [['--session', 'hub'], `hub/${sessionAt(2)}`],
    ] as const) {
      const inspect = place.start(['inspect', out(), ...args]);
      await inspect.says('Ctrl-C ends it.');
      const url = new URL(/http:\S+/.exec(inspect.stdout)?.[0] ?? '');
      const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
      const opened = await fetch(new URL('/open', url), { method: 'POST', ...bearer(url.hash.slice(1)) });
      const data = await (await fetch(new URL('/data', url), bearer(await opened.text()))).text();
      expect(data).toContain(first);
      expect(data).toContain('"verb":"open"');
      expect((await inspect.stop('SIGINT')).code).toBe(0);
    }
    const none = await place.run(['inspect', goldenFile('supersede'), '--session', 'x']);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('--session chooses in a bundle') });
  });

  it('BUNDLE-9 replay and inspect refuse one that is damaged, before anything is shown', async () => {
    keep('remote', 1, 'queue-merging');
    await place.run(['logs', 'bundle', '--out', out()]);
    const whole = readFileSync(out());
    writeFileSync(out(), whole.subarray(0, whole.length - 2_000));
    for (const command of ['replay', 'inspect'])
      expect(await place.run([command, out()])).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(
          /b\.tgz cannot be opened as a bundle: it is cut off in logs\/1-host\/.*, after/,
        ),
      });
  });

  it('BUNDLE-10 one of another version opens, and says where its machines did otherwise', async () => {
    const bundle = await bundleOf({ 1: changed() }, { versions: { signalbox: '0.0.1' } });
    const replayed = await place.run(['replay', bundle]);
    expect(replayed).toMatchObject({ code: 1, stdout: expect.stringContaining('"lost" was recorded') });
  });

  it('BUNDLE-7 what does not fit together is refused', async () => {
    keep('remote', 1, 'supersede');
    await place.run(['logs', 'bundle', '--out', out()]);
    for (const [args, message] of [
      [['replay', out(), goldenFile('supersede')], 'is a bundle; name it alone'],
      [['replay', goldenFile('supersede'), '--session', 'x'], '--session chooses in a bundle'],
      [['replay', goldenFile('supersede'), '--update', '--session', 'x'], 'takes the whole of a FILE'],
    ] as const)
      expect(await place.run([...args])).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});

it('BUNDLE-4 BUNDLE-5 a server that runs is packed as it is, without its secrets, and replays', async () => {
  const token = 'sb-token-that-was-pasted';
  const server = place.start(['server', '--listen', '127.0.0.1:0'], {
    env: { SIGNALBOX_TOKEN: 'owner-token-of-it' },
  });
  await server.says('Ready.');
  writeFileSync(
    join(place.home, 'credentials.json'),
    JSON.stringify({ hubs: { local: { token: 'owner-token-of-it' }, 'https://hub.example': { token } } }),
    { mode: 0o600 },
  );
  const said = await place.run(['send', `#script\nsay Your token ${token} is fine.\n---\nsay Bye.`]);
  expect(said.code).toBe(0);
  expect(await place.run(['logs', 'bundle', '--out', out()])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('(still running)'),
  });
  expect(unpack()).not.toContain(token);
  expect(unpack()).not.toContain('owner-token-of-it');
  expect(unpack()).toContain('[secret a token of a hub]');
  const replayed = await place.run(['replay', out(), '--json']);
  const { ok, sessions } = JSON.parse(replayed.stdout) as {
    ok: boolean;
    sessions: { torn?: object; roots: number }[];
  };
  expect(replayed.code).toBe(0);
  expect(ok).toBe(true);
  expect(sessions).toHaveLength(2);
  for (const { torn, roots } of sessions) {
    expect(torn).toBeUndefined();
    expect(roots).toBeGreaterThan(1);
  }
  await server.stop('SIGTERM');
});
