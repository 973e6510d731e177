import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { realPath, touchedPath } from '../../../actors/tools/real-path.ts';
import { tempFolder } from './tool-context.ts';

test('resolves against the working directory and through links, also above what is not there yet', async () => {
  const dir = tempFolder();
  mkdirSync(join(dir, 'real'));
  writeFileSync(join(dir, 'real/file'), '');
  symlinkSync('real', join(dir, 'link'));
  symlinkSync('../later/file', join(dir, 'real/dangling'));
  expect(await realPath('link/file', dir)).toBe(join(dir, 'real/file'));
  expect(await realPath('./x/../link/new/deep', dir)).toBe(join(dir, 'real/new/deep'));
  expect(await realPath('link/dangling', dir)).toBe(join(dir, 'later/file'));
  expect(await realPath(join(dir, 'link'), '/')).toBe(join(dir, 'real'));
});

test('a loop of links rejects with ELOOP; asked what it touches, it is the path itself', async () => {
  const dir = tempFolder();
  symlinkSync('b', join(dir, 'a'));
  symlinkSync('a', join(dir, 'b'));
  await expect(realPath('a/file', dir)).rejects.toMatchObject({ code: 'ELOOP' });
  expect(await touchedPath('a/file', dir)).toBe(join(dir, 'a/file'));
  expect(await touchedPath('nul\0', dir)).toBe(join(dir, 'nul\0'));
});

test('a chain of links to nothing ends', async () => {
  const dir = tempFolder();
  for (let i = 0; i < 60; i++) symlinkSync(`link-${i + 1}`, join(dir, `link-${i}`));
  await expect(realPath('link-0', dir)).rejects.toMatchObject({ code: 'ELOOP' });
  expect(await realPath('link-50', dir)).toBe(join(dir, 'link-60'));
});
