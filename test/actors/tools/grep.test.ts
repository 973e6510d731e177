import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { grep } from '../../../actors/tools/grep.ts';
import { makePipe, runTool, tempFolder, testCall } from './tool-context.ts';

function folderWith(files: Record<string, string>): string {
  const cwd = tempFolder();
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, file)), { recursive: true });
    writeFileSync(join(cwd, file), content);
  }
  return cwd;
}

async function search(cwd: string, args: Record<string, unknown>, call = testCall(cwd)): Promise<string> {
  const { status, text } = await runTool(grep, args, call);
  expect(status).toBe('success');
  return text;
}

const project = () =>
  folderWith({
    'src/a.ts': 'one\nTwo two\nthree\nfour\n',
    'src/b.js': 'two\n',
    'b c/☃.ts': 'no\ntwo',
    'crlf.ts': 'x\r\ntwo\r\ny\r\n',
  });

test('TOOL-60 names the files that match, in order of path', async () => {
  expect(await search(project(), { pattern: 'two' })).toBe('b c/☃.ts\ncrlf.ts\nsrc/a.ts\nsrc/b.js');
  expect(await search(project(), { pattern: 'nowhere' })).toBe('No matches.');
});

test('TOOL-60 shows the lines with their numbers, or without', async () => {
  const cwd = project();
  expect(await search(cwd, { pattern: 'two', output_mode: 'content' })).toBe(
    'b c/☃.ts:2:two\ncrlf.ts:2:two\nsrc/a.ts:2:Two two\nsrc/b.js:1:two',
  );
  expect(await search(cwd, { pattern: 'two', output_mode: 'content', '-n': false, path: 'src' })).toBe(
    'src/a.ts:Two two\nsrc/b.js:two',
  );
});

test('TOOL-60 counts the lines per file', async () => {
  expect(await search(project(), { pattern: '^t', output_mode: 'count', '-i': true, path: 'src' })).toBe(
    'src/a.ts:2\nsrc/b.js:1',
  );
});

test('TOOL-60 shows lines around a match', async () => {
  const cwd = project();
  const around = (more: object) => search(cwd, { pattern: 'three', output_mode: 'content', ...more });
  expect(await around({ '-A': 1 })).toBe('src/a.ts:3:three\nsrc/a.ts-4-four');
  expect(await around({ '-B': 1 })).toBe('src/a.ts-2-Two two\nsrc/a.ts:3:three');
  expect(await around({ '-C': 1 })).toBe('src/a.ts-2-Two two\nsrc/a.ts:3:three\nsrc/a.ts-4-four');
  expect(await around({ context: 1 })).toBe(await around({ '-C': 1 }));
  expect(await search(cwd, { pattern: 'one|four', output_mode: 'content', '-A': 1 })).toBe(
    'src/a.ts:1:one\nsrc/a.ts-2-Two two\n--\nsrc/a.ts:4:four',
  );
});

test('TOOL-60 filters by glob and type, in a directory or one file', async () => {
  const cwd = project();
  expect(await search(cwd, { pattern: 'two', glob: '*.js' })).toBe('src/b.js');
  expect(await search(cwd, { pattern: 'two', glob: '!*.ts' })).toBe('src/b.js');
  expect(await search(cwd, { pattern: 'two', type: 'js' })).toBe('src/b.js');
  expect(await search(cwd, { pattern: 'two', path: 'src/b.js', output_mode: 'content' })).toBe(
    'src/b.js:1:two',
  );
  expect(await search(join(cwd, 'src'), { pattern: 'two', path: '../b c' })).toBe(join(cwd, 'b c/☃.ts'));
});

test('TOOL-60 $ meets the end of a CRLF line, and multiline goes over line breaks', async () => {
  const cwd = project();
  expect(await search(cwd, { pattern: 'two$', path: 'crlf.ts' })).toBe('crlf.ts');
  expect(await search(cwd, { pattern: 'one.*three', multiline: true, output_mode: 'content' })).toBe(
    'src/a.ts:1:one\nsrc/a.ts:2:Two two\nsrc/a.ts:3:three',
  );
});

test('TOOL-60 a pattern may begin with a dash and hold quotes and spaces', async () => {
  const cwd = folderWith({ a: '--files "x" $HOME\n' });
  expect(await search(cwd, { pattern: '--files "x" \\$HOME' })).toBe('a');
});

test('TOOL-61 hidden files are searched; what .gitignore names, .git and binary text are not', async () => {
  const cwd = folderWith({
    '.env': 'two',
    '.git/x': 'two',
    'dist/x': 'two',
    '.gitignore': 'dist\n',
    bin: 'a\0two',
  });
  expect(await search(cwd, { pattern: '^two' })).toBe('.env');
});

test('TOOL-53 .signalbox and the home are left out, unless the search begins inside of them', async () => {
  const cwd = folderWith({
    'a/.signalbox/x': 'two',
    '.SIGNALBOX/x': 'two',
    'a/h*me/x': 'two',
    'a/home/x': 'two',
  });
  const call = testCall(cwd, { ...process.env, SIGNALBOX_HOME: join(cwd, 'a/h*me') });
  expect(await search(cwd, { pattern: 'two' }, call)).toBe('a/home/x');
  expect(await search(cwd, { pattern: 'two', path: 'a', glob: 'x' }, call)).toBe('a/home/x');
  expect(
    await search(join(cwd, 'a/home'), { pattern: 'two', path: '..' }, { ...call, cwd: join(cwd, 'a/home') }),
  ).toBe(join(cwd, 'a/home/x'));
  expect(await search(cwd, { pattern: 'two', path: 'a/h*me' }, call)).toBe('a/h*me/x');
  expect(await search(cwd, { pattern: 'two', path: 'a/.signalbox/x' }, call)).toBe('a/.signalbox/x');
});

test('TOOL-62 shows 100 lines unless told otherwise, and how to continue', async () => {
  const cwd = folderWith({ a: 'hit\n'.repeat(250) });
  const page = (more: object) => search(cwd, { pattern: 'hit', output_mode: 'content', ...more });
  const first = (await page({})).split('\n');
  expect(first).toHaveLength(101);
  expect(first.at(-1)).toBe('[1 to 100 of 250 lines. 150 left out: continue with offset 100.]');
  expect((await page({ offset: 248, head_limit: 1 })).split('\n')).toEqual([
    'a:249:hit',
    '[249 to 249 of 250 lines. 1 left out: continue with offset 249.]',
  ]);
  expect(await page({ offset: 249 })).toBe('a:250:hit\n[250 to 250 of 250 lines.]');
  expect(await page({ offset: 250 })).toBe('[250 lines, none from offset 250 on.]');
});

test('TOOL-62 shows 10 000 characters at most and 2000 of a line', async () => {
  const cwd = folderWith({ a: `hit ${'x'.repeat(3_000_000)}\n`.repeat(8) });
  const text = await search(cwd, { pattern: 'hit', output_mode: 'content' });
  expect(text.length).toBeLessThanOrEqual(10_000);
  const lines = text.split('\n');
  expect(lines[0]).toMatch(/^a:1:hit x{1990} \[2998010 characters cut\]$/);
  expect(lines.at(-1)).toBe(
    '[1 to 4 of 8 lines; more would be over 9800 characters. 4 left out: continue with offset 4.]',
  );
});

test('TOOL-62 a search that finds more than anyone counts is stopped and says so', async () => {
  const cwd = folderWith({ a: 'x\n'.repeat(150_000) });
  const text = await search(cwd, { pattern: 'x', output_mode: 'content' });
  expect(text.split('\n').at(-1)).toBe(
    '[1 to 100 of 100000 lines found until the search was stopped. 99900 left out: continue with offset 100.]',
  );
});

test('TOOL-63 an invalid expression, an unknown type or glob, and a missing path are errors that say why', async () => {
  const cwd = project();
  const fails = async (args: Record<string, unknown>) => {
    const { status, text } = await runTool(grep, args, testCall(cwd));
    expect(status).toBe('error');
    return text;
  };
  expect(await fails({ pattern: 'a(' })).toContain('unclosed group');
  expect(await fails({ pattern: 'a(?=b)' })).toContain('look-around');
  expect(await fails({ pattern: 'a', type: 'nonsense' })).toContain('nonsense');
  expect(await fails({ pattern: 'a', glob: '[' })).toContain("'['");
  expect(await fails({ pattern: 'a', path: 'no' })).toBe(`${join(cwd, 'no')} does not exist.`);
  expect(await fails({ pattern: 'a\0' })).toContain('NUL');
});

test('TOOL-63 a pipe is refused without waiting, and one in a directory is passed over', async () => {
  const cwd = folderWith({ a: 'two' });
  makePipe(join(cwd, 'pipe'));
  expect((await runTool(grep, { pattern: 'two', path: 'pipe' }, testCall(cwd))).text).toContain(
    'is not a file or a directory',
  );
  expect(await search(cwd, { pattern: 'two' })).toBe('a');
});

test('TOOL-6 a secret in a line does not show, also where the line is cut', async () => {
  const cwd = folderWith({ a: `hit ${'x'.repeat(1_980)}0123456789abcdef\nhit 0123456789abcdef\n` });
  const text = await search(
    cwd,
    { pattern: 'hit', output_mode: 'content' },
    testCall(cwd, { ...process.env, MY_TOKEN: '0123456789abcdef' }),
  );
  expect(text).not.toContain('0123456');
  expect(text).toContain('a:2:hit [secret MY_TOKEN]');
});

test('TOOL-3 a cancelled search ends with outcome cancelled', async () => {
  const call = testCall('/');
  const searching = runTool(grep, { pattern: 'never-in-any-file' }, call);
  call.abort();
  expect(await searching).toMatchObject({ status: 'error', outcome: 'cancelled' });
});
