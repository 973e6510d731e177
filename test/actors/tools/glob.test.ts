import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { glob } from '../../../actors/tools/glob.ts';
import { runTool, tempFolder, testCall } from './tool-context.ts';

/** A folder with files, each a second older than the one before. */
function folderWith(...files: string[]): string {
  const cwd = tempFolder();
  for (const [age, file] of files.entries()) {
    const path = join(cwd, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    utimesSync(path, 1_700_000_000 - age, 1_700_000_000 - age);
  }
  return cwd;
}

async function find(cwd: string, pattern: string, path?: string, call = testCall(cwd)): Promise<string[]> {
  const { status, text } = await runTool(glob, path === undefined ? { pattern } : { pattern, path }, call);
  expect(status).toBe('success');
  return text.split('\n');
}

test('TOOL-50 lists matching files, the most recently changed first', async () => {
  const cwd = folderWith('src/new.ts', 'z.ts', 'src/deep/a.ts', 'a.js', 'old.ts');
  expect(await find(cwd, '**/*.ts')).toEqual(['src/new.ts', 'z.ts', 'src/deep/a.ts', 'old.ts']);
  expect(await find(cwd, '*.{js,ts}')).toEqual(['src/new.ts', 'z.ts', 'src/deep/a.ts', 'a.js', 'old.ts']);
  expect(await find(cwd, 'src/*')).toEqual(['src/new.ts']);
  expect(await find(cwd, '**/*')).toHaveLength(5);
});

test('TOOL-50 a path is searched from there, and results are relative to the working directory', async () => {
  const cwd = folderWith('src/lib/a.ts', 'src/b.ts', 'lib/c.ts');
  expect(await find(cwd, 'lib/*', 'src')).toEqual(['src/lib/a.ts']);
  expect(await find(cwd, './*.ts', join(cwd, 'lib'))).toEqual(['lib/c.ts']);
  expect(await find(join(cwd, 'lib'), '*.ts', '../src')).toEqual([
    join(cwd, 'src/lib/a.ts'),
    join(cwd, 'src/b.ts'),
  ]);
});

test('TOOL-50 a pattern may lead out of the working directory by itself', async () => {
  const cwd = folderWith('src/lib/a.ts', 'src/b.ts', 'lib/c.ts', 'lib/x/c.ts');
  const files = [join(cwd, 'src/lib/a.ts'), join(cwd, 'src/b.ts')];
  expect(await find(join(cwd, 'lib'), `${cwd}/src/**/*.ts`)).toEqual(files);
  expect(await find(join(cwd, 'lib'), '../src/**')).toEqual(files);
  expect(await find(join(cwd, 'src'), `${cwd}/lib/c.ts`)).toEqual([join(cwd, 'lib/c.ts')]);
  expect(await find(cwd, '../lib/*', 'src')).toEqual(['lib/c.ts']);
});

test('TOOL-50 names with spaces, unicode, a leading dash and a line break are found', async () => {
  const cwd = folderWith('a b/ü ☃.md', '-x.md', 'line\nbreak.md');
  expect(await find(cwd, '*.md')).toEqual(['a b/ü ☃.md', '-x.md', '"line\\nbreak.md"']);
});

test('TOOL-51 hidden files are found; what .gitignore names and .git are not, whatever the pattern', async () => {
  const cwd = folderWith(
    '.env',
    '.config/x',
    '.git/x',
    'keep/x',
    'dist/x',
    'run.log',
    'keep/.gitignore',
    'keep/own',
  );
  writeFileSync(join(cwd, '.gitignore'), 'dist/\n*.log\n');
  writeFileSync(join(cwd, 'keep/.gitignore'), 'own\n');
  expect((await find(cwd, '**/*')).toSorted()).toEqual(
    ['.config/x', '.env', '.gitignore', 'keep/.gitignore', 'keep/x'].toSorted(),
  );
  expect((await find(cwd, '**/x')).toSorted()).toEqual(['.config/x', 'keep/x']);
  expect(await find(cwd, '*.log')).toEqual(['No files match *.log. 1 that do are named by .gitignore.']);
  expect(await find(cwd, 'dist/**')).toEqual(['No files match dist/**.']);
});

test('TOOL-53 .signalbox and the home are left out, unless the search begins inside of them', async () => {
  const cwd = folderWith('.signalbox/a', 'sub/.signalbox/b', 'my [home]/c', 'sub/d');
  const call = testCall(cwd, { ...process.env, SIGNALBOX_HOME: join(cwd, 'my [home]') });
  expect(await find(cwd, '**/*', undefined, call)).toEqual(['sub/d']);
  expect(await find(cwd, '**/[abcd]', '.', call)).toEqual(['sub/d']);
  expect(await find(cwd, '*', '.signalbox', call)).toEqual(['.signalbox/a']);
  expect(await find(cwd, '*', 'my [home]', call)).toEqual(['my [home]/c']);
  expect(glob.skipsProtected).toBe(true);
});

test('TOOL-52 shows 2000 files at most and says how many were left out', async () => {
  const cwd = tempFolder();
  for (let i = 0; i < 2_345; i++) writeFileSync(join(cwd, `${i}`), '');
  const shown = await find(cwd, '*');
  expect(shown).toHaveLength(2_001);
  expect(shown.at(-1)).toBe('[1 to 2000 of 2345 files. 345 left out: give a narrower pattern or path.]');
});

test('TOOL-52 shows 30 000 characters at most and says how many were left out', async () => {
  const cwd = tempFolder();
  for (let i = 0; i < 200; i++) writeFileSync(join(cwd, `${i}`.padStart(200, '0')), '');
  const shown = await find(cwd, '*');
  expect(shown.join('\n').length).toBeLessThan(30_000);
  const [, last, left] =
    /^\[1 to (\d+) of 200 files; more would be over \d+ characters\. (\d+) left out/.exec(
      shown.at(-1) ?? '',
    ) ?? [];
  expect(Number(last)).toBe(shown.length - 1);
  expect(Number(last) + Number(left)).toBe(200);
});

test('TOOL-54 no match, a bad pattern, a path that is missing or no directory', async () => {
  const cwd = folderWith('a.ts');
  expect(await find(cwd, '*.md')).toEqual(['No files match *.md.']);
  const fails = (args: Record<string, string>, call = testCall(cwd)) => runTool(glob, args, call);
  expect(await fails({ pattern: '[' })).toMatchObject({
    status: 'error',
    text: expect.stringContaining("'['"),
  });
  expect(await fails({ pattern: '*', path: 'no' })).toEqual({
    status: 'error',
    text: `${join(cwd, 'no')} does not exist.`,
  });
  expect((await fails({ pattern: '*', path: 'a.ts' })).text).toContain('is not a directory');
  expect((await fails({ pattern: 'a\0b' })).text).toContain('NUL');
  rmSync(cwd, { recursive: true });
  expect((await fails({ pattern: '*' })).text).toContain(`The working directory ${cwd} does not exist`);
});

test('TOOL-3 a cancelled search ends with outcome cancelled', async () => {
  const call = testCall('/');
  const searching = runTool(glob, { pattern: '**/*.never' }, call);
  call.abort();
  expect(await searching).toMatchObject({ status: 'error', outcome: 'cancelled' });
});

test('says which real directory it reads', async () => {
  const cwd = folderWith('dir/x');
  symlinkSync('dir', join(cwd, 'link'));
  expect(await glob.effect({ pattern: '*', path: 'link' }, cwd)).toEqual({
    kind: 'reads',
    files: [join(cwd, 'dir')],
  });
  expect(await glob.effect({ pattern: `${cwd}/link/*` }, '/')).toEqual({
    kind: 'reads',
    files: [join(cwd, 'dir')],
  });
  expect(await glob.effect({ pattern: '*' }, cwd)).toEqual({ kind: 'reads', files: [cwd] });
});
