import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { edit } from '../../../actors/tools/edit.ts';
import { glob } from '../../../actors/tools/glob.ts';
import { grep } from '../../../actors/tools/grep.ts';
import { holdFolder } from '../../../actors/tools/held-folder.ts';
import { read } from '../../../actors/tools/read.ts';
import type { Tool } from '../../../actors/tools/tool.ts';
import { write } from '../../../actors/tools/write.ts';
import { runTool, tempFolder, testCall } from './tool-context.ts';

let cwd: string;
let other: string;
beforeEach(() => {
  cwd = tempFolder();
  other = tempFolder();
  writeFileSync(join(other, 'kept'), 'needle of others\n');
});

/** Runs a call in `cwd` which leads into the other folder when it begins. */
const moved = <A>(tool: Tool<A>, args: Record<string, unknown>, between: () => void) =>
  runTool(tool, args, testCall(cwd), between);
/** What is where a link into the other folder was put. */
const link = (name: string) => () => symlinkSync(other, join(cwd, name));

describe('TOOL-64 a call that leads elsewhere when it begins does nothing and says so', () => {
  test('Write to a folder that became a link', async () => {
    mkdirSync(join(cwd, 'sub'));
    const outcome = await moved(write, { file_path: 'sub/new', content: '1' }, () => {
      rmdirSync(join(cwd, 'sub'));
      link('sub')();
    });
    expect(outcome).toEqual({
      status: 'error',
      text: `${cwd}/sub/new is now ${other}/new: it changed since this call was allowed. Nothing was done; call again.`,
    });
    expect(readdirSync(other)).toEqual(['kept']);
  });

  test('Write and Edit of a file that was not there and is a link now', async () => {
    const put = () => symlinkSync(join(other, 'made'), join(cwd, 'fresh'));
    const told = { status: 'error', text: expect.stringContaining(`${cwd}/fresh is now ${other}/made`) };
    expect(await moved(write, { file_path: 'fresh', content: '1' }, put)).toMatchObject(told);
    const arguments_ = { file_path: 'linked', old_string: '', new_string: '1' };
    const again = await moved(edit, arguments_, () => symlinkSync(join(other, 'kept'), join(cwd, 'linked')));
    expect(again.text).toContain(`${cwd}/linked is now ${other}/kept`);
    expect(readdirSync(other)).toEqual(['kept']);
  });

  test('Read and Edit of a file behind a folder that became a link', async () => {
    const seen = await moved(read, { file_path: 'a/kept' }, link('a'));
    expect(seen.text).toContain(`${cwd}/a/kept is now ${other}/kept: it changed`);
    const edited = { file_path: 'b/kept', old_string: 'needle', new_string: 'pin' };
    expect((await moved(edit, edited, link('b'))).text).toContain('call again');
    expect(readFileSync(join(other, 'kept'), 'utf8')).toBe('needle of others\n');
  });

  test('Glob and Grep of a folder that became a link', async () => {
    const found = await moved(glob, { pattern: '*', path: 'a' }, link('a'));
    expect(found).toMatchObject({
      status: 'error',
      text: expect.stringContaining(`is now ${other}: it changed`),
    });
    const lines = { pattern: 'needle', path: 'b', output_mode: 'content' };
    expect((await moved(grep, lines, link('b'))).text).toContain(`is now ${other}: it changed`);
  });

  test('a link that was judged and leads to another file now', async () => {
    writeFileSync(join(cwd, 'first'), 'first\n');
    symlinkSync('first', join(cwd, 'link'));
    const outcome = await moved(read, { file_path: 'link' }, () => {
      symlinkSync(join(other, 'kept'), join(cwd, 'next'));
      renameSync(join(cwd, 'next'), join(cwd, 'link'));
    });
    expect(outcome.text).toContain(`${cwd}/first is now ${other}/kept`);
  });
});

describe('TOOL-64 what leads where it led goes on', () => {
  test('a working directory that is a link, and a file that an earlier call made', async () => {
    const project = join(other, 'project');
    symlinkSync(cwd, project);
    const call = testCall(project);
    const make = () => {
      mkdirSync(join(cwd, 'sub'));
      writeFileSync(join(cwd, 'sub/file'), 'needle\n');
    };
    expect(await runTool(read, { file_path: 'sub/file' }, call, make)).toMatchObject({ status: 'success' });
    const again = { file_path: 'sub/file', content: 'needle\n' };
    expect((await runTool(write, again, call)).text).toBe(`Overwrote ${cwd}/sub/file (1 line).`);
    expect((await runTool(grep, { pattern: 'needle' }, call)).text).toBe('sub/file');
    expect((await runTool(glob, { pattern: '*' }, call)).text).toBe('sub/file');
  });

  test('a file searched by a link to it is shown by the name of the link', async () => {
    symlinkSync(join(other, 'kept'), join(cwd, 'link'));
    const args = { pattern: 'needle', path: 'link', output_mode: 'content' };
    expect((await runTool(grep, args, testCall(cwd))).text).toBe('link:1:needle of others');
  });
});

/** With what Linux says of descriptors, and where nothing says so. */
describe.each([undefined, '/nowhere'])('TOOL-64 a folder that is held, descriptors in %s', (descriptors) => {
  test('is told when something else is put in its place', async () => {
    mkdirSync(join(cwd, 'sub'));
    const held = await holdFolder(join(cwd, 'sub'), false, descriptors);
    await held.check();
    renameSync(join(cwd, 'sub'), join(cwd, 'away'));
    link('sub')();
    await expect(held.check()).rejects.toThrow(`${cwd}/sub is now `);
    await held.close();
  });

  test('is made with those above it, and never through a link', async () => {
    const held = await holdFolder(join(cwd, 'a/b/c'), true, descriptors);
    writeFileSync(held.at('file'), '1');
    await held.close();
    expect(readFileSync(join(cwd, 'a/b/c/file'), 'utf8')).toBe('1');
    link('sub')();
    await expect(holdFolder(join(cwd, 'sub'), true, descriptors)).rejects.toThrow(`is now ${other}`);
    await expect(holdFolder(join(cwd, 'sub/deep'), true, descriptors)).rejects.toThrow(`is now ${other}`);
    expect(readdirSync(other)).toEqual(['kept']);
  });
});

test.runIf(process.platform === 'linux')(
  'TOOL-64 names in a held folder lead to it, whatever its path is by now',
  async () => {
    mkdirSync(join(cwd, 'sub'));
    const held = await holdFolder(join(cwd, 'sub'));
    renameSync(join(cwd, 'sub'), join(cwd, 'away'));
    link('sub')();
    writeFileSync(held.at('file'), '1');
    await held.close();
    expect(readdirSync(join(cwd, 'away'))).toEqual(['file']);
    expect(readdirSync(other)).toEqual(['kept']);
  },
);

test.runIf(process.platform === 'linux')('TOOL-34 a folder that takes no file is told at once', async () => {
  const told = '/proc/no-such/file could not be used: /proc takes no new folder.';
  const args = { file_path: '/proc/no-such/file', content: '1' };
  expect(await runTool(write, args, testCall(cwd))).toEqual({ status: 'error', text: told });
  const fresh = { file_path: '/proc/no-such/file', old_string: '', new_string: '1' };
  expect(await runTool(edit, fresh, testCall(cwd))).toEqual({ status: 'error', text: told });
});
