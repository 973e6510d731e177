import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolder } from '../../actors/make-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-make-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('makes what is missing for its owner only, and leaves what is there as it is', () => {
  chmodSync(folder, 0o755);
  for (let time = 0; time < 2; time += 1) makeFolder(join(folder, 'one/two/../three'));
  for (const made of ['one', 'one/three']) expect(statSync(join(folder, made)).mode & 0o777).toBe(0o700);
  expect(statSync(folder).mode & 0o777).toBe(0o755);
  makeFolder('/');
});

test('goes through a link to a folder', () => {
  mkdirSync(join(folder, 'real'));
  symlinkSync('real', join(folder, 'link'));
  makeFolder(join(folder, 'link/deep'));
  expect(statSync(join(folder, 'real/deep')).isDirectory()).toBe(true);
});

test('a file in the way is named with the reason of the system', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeFolder(join(folder, 'file'))).toThrow(
    `EEXIST: file already exists, mkdir '${folder}/file'`,
  );
  expect(() => makeFolder(join(folder, 'file/a/b'))).toThrow(/^ENOTDIR/);
  symlinkSync('nowhere', join(folder, 'dangling'));
  expect(() => makeFolder(join(folder, 'dangling/a'))).toThrow(/^EEXIST/);
});

test.runIf(process.platform === 'linux')('CLI-60 a folder that takes none ends it at once', () => {
  expect(() => makeFolder('/proc/no-such/deep/folder')).toThrow(/^ENOENT.*'\/proc\/no-such'$/);
});
