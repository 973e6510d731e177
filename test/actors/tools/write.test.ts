import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { write } from '../../../actors/tools/write.ts';
import { makePipe, runTool, tempFolder, testCall } from './tool-context.ts';

function run(cwd: string, file_path: string, content: string, call = testCall(cwd)) {
  return runTool(write, { file_path, content }, call);
}

test('TOOL-30 creates a file with the directories above it, and says so with its lines', async () => {
  const cwd = tempFolder();
  const path = join(cwd, 'a b/☃/new.txt');
  expect(await run(cwd, 'a b/☃/new.txt', 'one\ntwo\n')).toEqual({
    status: 'success',
    text: `Created ${path} (2 lines).`,
  });
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  expect(readdirSync(join(cwd, 'a b/☃'))).toEqual(['new.txt']);
});

test('TOOL-30 replaces the content of a file and keeps its mode', async () => {
  const cwd = tempFolder();
  const path = join(cwd, 'run.sh');
  writeFileSync(path, 'old');
  chmodSync(path, 0o751);
  expect(await run(cwd, path, 'new')).toMatchObject({ text: `Overwrote ${path} (1 line).` });
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(statSync(path).mode & 0o7777).toBe(0o751);
  expect((await run(cwd, path, '')).text).toContain('(0 lines)');
  expect(readFileSync(path, 'utf8')).toBe('');
});

test('TOOL-30 a new file has the mode that the umask gives', async () => {
  const cwd = tempFolder();
  await run(cwd, 'tool', '1');
  writeFileSync(join(cwd, 'plain'), '1');
  expect(statSync(join(cwd, 'tool')).mode).toBe(statSync(join(cwd, 'plain')).mode);
});

test('TOOL-31 writes through a symbolic link, also one whose target is not there yet', async () => {
  const cwd = tempFolder();
  writeFileSync(join(cwd, 'target'), 'old');
  symlinkSync('target', join(cwd, 'link'));
  symlinkSync('sub/later', join(cwd, 'dangling'));
  await run(cwd, 'link', 'new');
  await run(cwd, 'dangling', 'made');
  expect(readlinkSync(join(cwd, 'link'))).toBe('target');
  expect(readFileSync(join(cwd, 'target'), 'utf8')).toBe('new');
  expect(readFileSync(join(cwd, 'sub/later'), 'utf8')).toBe('made');
  expect(await write.effect({ file_path: 'dangling', content: '' }, cwd)).toEqual({
    kind: 'writes',
    files: [join(cwd, 'sub/later')],
  });
});

test('TOOL-32 whoever reads the file meanwhile sees the old content or the new', async () => {
  const cwd = tempFolder();
  const path = join(cwd, 'file');
  const contents = ['a', 'b'].map((letter) => letter.repeat(3_000_000));
  writeFileSync(path, contents[0] ?? '');
  let writing = true;
  const seen = new Set<string>();
  const writes = (async () => {
    for (let i = 1; i <= 6; i++) await run(cwd, path, contents[i % 2] ?? '');
    writing = false;
  })();
  while (writing) {
    const content = readFileSync(path, 'utf8');
    seen.add(`${content.length} ${content[0]} ${content.at(-1)}`);
    await new Promise(setImmediate);
  }
  await writes;
  expect([...seen].every((what) => /^3000000 (a a|b b)$/.test(what))).toBe(true);
});

test('TOOL-32 a write that is cancelled changes nothing', async () => {
  const cwd = tempFolder();
  writeFileSync(join(cwd, 'file'), 'old');
  const call = testCall(cwd);
  call.abort();
  expect(await run(cwd, 'file', 'new', call)).toMatchObject({ status: 'error', outcome: 'cancelled' });
  expect(readFileSync(join(cwd, 'file'), 'utf8')).toBe('old');
  expect(readdirSync(cwd)).toEqual(['file']);
});

test('TOOL-33 a directory, a pipe, a device and a loop of links are refused and stay what they are', async () => {
  const cwd = tempFolder();
  mkdirSync(join(cwd, 'dir'));
  writeFileSync(join(cwd, 'file'), '');
  makePipe(join(cwd, 'pipe'));
  symlinkSync('loop', join(cwd, 'loop'));
  symlinkSync('/dev/null', join(cwd, 'null'));
  const problems = {
    dir: 'is a directory',
    pipe: 'is a named pipe',
    null: 'is a device',
    loop: 'symbolic links',
    'file/below': 'has a file where a directory should be',
    'a\0b': 'NUL',
    ['x'.repeat(300)]: 'too long',
  };
  for (const [path, problem] of Object.entries(problems)) {
    const { status, text } = await run(cwd, path, 'x');
    expect(status).toBe('error');
    expect(text).toContain(problem);
  }
  expect(readdirSync(cwd).toSorted()).toEqual(['dir', 'file', 'loop', 'null', 'pipe']);
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

test.skipIf(process.getuid?.() === 0)('TOOL-33 a file that is write-protected is refused', async () => {
  const cwd = tempFolder();
  writeFileSync(join(cwd, 'file'), 'old', { mode: 0o444 });
  expect((await run(cwd, 'file', 'new')).text).toContain('permission denied');
  expect(readFileSync(join(cwd, 'file'), 'utf8')).toBe('old');
});

test.skipIf(process.getuid?.() === 0)(
  'TOOL-33 a file in a directory that takes no new file is written in place',
  async () => {
    const cwd = tempFolder();
    writeFileSync(join(cwd, 'file'), 'old');
    chmodSync(cwd, 0o555);
    expect((await run(cwd, 'file', 'new')).status).toBe('success');
    expect((await run(cwd, 'other', 'new')).text).toContain('permission denied');
    chmodSync(cwd, 0o755);
    expect(readFileSync(join(cwd, 'file'), 'utf8')).toBe('new');
  },
);

test('TOOL-19 a relative path in a working directory that vanished does not make it anew', async () => {
  const cwd = join(tempFolder(), 'gone');
  expect(await run(cwd, 'file', 'x')).toMatchObject({ status: 'error', text: expect.stringContaining(cwd) });
  expect(() => statSync(cwd)).toThrow();
  const elsewhere = join(tempFolder(), 'file');
  expect((await run(cwd, elsewhere, 'x')).status).toBe('success');
  rmSync(elsewhere);
});
