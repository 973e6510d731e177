import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { read } from '../../../actors/tools/read.ts';
import { makePipe, runTool, tempFolder, testCall } from './tool-context.ts';

function fileWith(content: string | Uint8Array, name = 'file.txt') {
  const cwd = tempFolder();
  writeFileSync(join(cwd, name), content);
  return { cwd, read: (more = {}) => runTool(read, { file_path: name, ...more }, testCall(cwd)) };
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => `line ${i + 1}\n`).join('');

test('TOOL-20 shows each line with its number, counted from 1, and a tab', async () => {
  expect(await fileWith('one\ntwo\n\n  four').read()).toEqual({
    status: 'success',
    text: '1\tone\n2\ttwo\n3\t\n4\t  four',
  });
});

test('TOOL-20 takes an absolute path, and one with spaces and unicode', async () => {
  const { cwd } = fileWith('hi\n', 'ä ö/../a b ☃.txt'.split('/').at(-1));
  const call = testCall(tempFolder());
  expect((await runTool(read, { file_path: join(cwd, 'a b ☃.txt') }, call)).text).toBe('1\thi');
});

test('D13 offset is the number of the first line that is shown, counted from 1', async () => {
  const file = fileWith(numbers(10));
  expect((await file.read({ offset: 1, limit: 1 })).text).toBe(
    '1\tline 1\n[Lines 1 to 1 of 10. Continue with offset 2.]',
  );
  expect((await file.read({ offset: 4, limit: 2 })).text).toBe(
    '4\tline 4\n5\tline 5\n[Lines 4 to 5 of 10. Continue with offset 6.]',
  );
  expect((await file.read({ offset: 10 })).text).toBe('10\tline 10\n[Lines 10 to 10 of 10.]');
  expect(read.parameters.safeParse({ file_path: 'a', offset: 0 }).success).toBe(false);
  expect(read.description).toContain('lines count from 1, also in offset');
});

test('TOOL-21 shows 2000 lines at most and how to continue, also when more are asked for', async () => {
  const file = fileWith(numbers(2_500));
  for (const more of [{}, { limit: 9_999 }]) {
    const { text } = await file.read(more);
    expect(text.split('\n')).toHaveLength(2_001);
    expect(text.endsWith('\n2000\tline 2000\n[Lines 1 to 2000 of 2500. Continue with offset 2001.]')).toBe(
      true,
    );
  }
  expect((await file.read({ offset: 2001 })).text).toContain('[Lines 2001 to 2500 of 2500.]');
});

test('TOOL-21 shows 2000 characters of a line and says how many more there are', async () => {
  const { text } = await fileWith(`${'a'.repeat(2_000)}\n${'b'.repeat(5_000_000)}\nend\n`).read();
  expect(text).toBe(`1\t${'a'.repeat(2_000)}\n2\t${'b'.repeat(2_000)} [4998000 characters cut]\n3\tend`);
});

test('TOOL-21 a surrogate pair is not cut in two', async () => {
  const { text } = await fileWith(`${'a'.repeat(1_999)}😀😀`).read();
  expect(text).toBe(`1\t${'a'.repeat(1_999)} [4 characters cut]`);
});

test('TOOL-21 shows 30 000 characters in all; continuing shows every line once', async () => {
  const lines = Array.from({ length: 200 }, (_, i) => `${i} ${'x'.repeat(1_000)}`);
  const file = fileWith(lines.join('\n'));
  const seen: string[] = [];
  let offset: number | undefined = 1;
  while (offset !== undefined) {
    const { text }: { text: string } = await file.read({ offset });
    expect(text.length).toBeLessThan(30_200);
    seen.push(...text.split('\n').filter((line) => /^\d+\t/.test(line)));
    const next: RegExpExecArray | null =
      /more would be over 30000 characters\. Continue with offset (\d+)/.exec(text);
    offset = next ? Number(next[1]) : undefined;
  }
  expect(seen).toEqual(lines.map((line, i) => `${i + 1}\t${line}`));
});

test('TOOL-21 an empty file and an offset behind the end say so', async () => {
  expect(await fileWith('').read()).toEqual({ status: 'success', text: '[The file is empty.]' });
  expect(await fileWith('a\nb\n').read({ offset: 3 })).toEqual({
    status: 'error',
    text: 'There is no line 3: the file has 2 lines.',
  });
});

test('TOOL-22 CRLF is shown as a line break and told', async () => {
  expect((await fileWith('a\r\nb\r\n').read()).text).toBe(
    '1\ta\n2\tb\n[Its lines end in CRLF; Edit keeps that.]',
  );
});

test('TOOL-22 a byte order mark is not shown, and bytes that are no UTF-8 as U+FFFD', async () => {
  expect((await fileWith(Buffer.from('\ufeffa\n')).read()).text).toBe('1\ta');
  expect((await fileWith(Buffer.from([0x61, 0xff, 0x62])).read()).text).toBe('1\ta\ufffdb');
});

test('TOOL-23 what is not there, a directory, a binary file and a too large one are errors that name it', async () => {
  const cwd = tempFolder();
  mkdirSync(join(cwd, 'dir'));
  writeFileSync(join(cwd, 'binary'), Buffer.from([1, 0, 2]));
  writeFileSync(join(cwd, 'large'), '');
  truncateSync(join(cwd, 'large'), 10 * 1024 * 1024 + 1);
  symlinkSync('loop-b', join(cwd, 'loop-a'));
  symlinkSync('loop-a', join(cwd, 'loop-b'));
  const call = testCall(cwd);
  const problems = {
    missing: 'does not exist',
    dir: 'is a directory',
    binary: 'binary file',
    large: 'is too large: 10485761 bytes',
    'loop-a': 'too many symbolic links',
    'binary/x': 'has a file where a directory should be',
    'a\0b': 'NUL',
    ['x'.repeat(300)]: 'too long',
  };
  for (const [file_path, problem] of Object.entries(problems)) {
    const { status, text } = await runTool(read, { file_path }, call);
    expect(status).toBe('error');
    expect(text).toContain(problem);
    expect(text).toContain(join(cwd, file_path));
  }
});

test('TOOL-23 a pipe, a device and a link to one are refused without waiting', async () => {
  const cwd = tempFolder();
  makePipe(join(cwd, 'pipe'));
  symlinkSync('/dev/zero', join(cwd, 'zero'));
  const call = testCall(cwd);
  expect((await runTool(read, { file_path: 'pipe' }, call)).text).toContain('is a named pipe, not a file');
  expect((await runTool(read, { file_path: 'zero' }, call)).text).toContain('is a device, not a file');
});

test.runIf(process.platform === 'linux')('TOOL-23 a file without a size is read to its end', async () => {
  const { text } = await runTool(read, { file_path: '/proc/self/status' }, testCall('/'));
  expect(text).toMatch(/^1\tName:/);
});

test.skipIf(process.getuid?.() === 0)('TOOL-23 a file that may not be read says so', async () => {
  const file = fileWith('x');
  chmodSync(join(file.cwd, 'file.txt'), 0);
  expect((await file.read()).text).toContain('permission denied');
});

test('TOOL-6 a secret in a file does not show, also where a line is cut; line numbers stay right', async () => {
  const key = '-----BEGIN KEY-----\nabcdefghij\nklmnopqrst\n-----END KEY-----';
  const call = testCall(tempFolder(), { MY_TOKEN: 'token-0123456789', MY_PRIVATE_KEY: key });
  writeFileSync(join(call.cwd, 'env'), `${'x'.repeat(1_990)}token-0123456789\n${key}\nlast\n`);
  const { text } = await runTool(read, { file_path: 'env' }, call);
  expect(text).toBe(
    `1\t${'x'.repeat(1_990)}[secret MY [7 characters cut]\n2\t-----BEGIN KEY-----\n3\t[secret MY_PRIVATE_KEY]\n` +
      '4\t[secret MY_PRIVATE_KEY]\n5\t-----END KEY-----\n6\tlast',
  );
});

test('says which real file it reads', async () => {
  const cwd = tempFolder();
  writeFileSync(join(cwd, 'real'), '');
  symlinkSync('real', join(cwd, 'link'));
  expect(await read.effect({ file_path: 'link' }, cwd)).toEqual({
    kind: 'reads',
    files: [join(cwd, 'real')],
  });
});
