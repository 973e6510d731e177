import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { whileLocked } from '../../actors/file-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what the work answers and throws comes back, and no lock stays', () => {
  const path = join(folder, 'deep', 'file');
  expect(whileLocked(path, () => 7)).toBe(7);
  expect(() =>
    whileLocked(path, () => {
      throw new Error('mine');
    }),
  ).toThrow('mine');
  expect(readdirSync(join(folder, 'deep'))).toEqual([]);
});

test('many processes that want it again and again have it one at a time, and none of them fails', async () => {
  const path = join(folder, 'count');
  writeFileSync(path, '0');
  const module = new URL('../../actors/file-lock.ts', import.meta.url).href;
  const script = `
    import { readFileSync, writeFileSync } from 'node:fs';
    import { whileLocked } from ${JSON.stringify(module)};
    const path = process.argv[1];
    for (let i = 0; i < 100; i += 1)
      whileLocked(path, () => writeFileSync(path, String(Number(readFileSync(path, 'utf8')) + 1)));`;
  const run = promisify(execFile);
  await Promise.all(
    Array.from({ length: 4 }, () => run(process.execPath, ['--input-type=module', '-e', script, path])),
  );
  expect(readFileSync(path, 'utf8')).toBe('400');
  expect(readdirSync(folder)).toEqual(['count']);
});
