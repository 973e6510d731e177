import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readTarHeader, TAR_END, tarHeader, tarPadding } from '../../../src/log/bundle/tar.ts';
import { tempDir } from '../temp-dir.ts';

it('BUNDLE-1 a header reads back as it was written', () => {
  for (const entry of [
    { name: 'manifest.json', size: 0 },
    { name: 'n'.repeat(99), size: 8_589_934_591 },
  ])
    expect(readTarHeader(tarHeader(entry, Date.now()))).toEqual(entry);
});

it('BUNDLE-1 tar lists and unpacks what is written', () => {
  const dir = tempDir();
  const texts = { 'a.txt': 'hello', 'logs/b.log': 'x'.repeat(1024), 'c.txt': '' };
  const parts = Object.entries(texts).flatMap(([name, text]) => [
    tarHeader({ name, size: text.length }, Date.parse('2026-01-02T03:04:05Z')),
    Buffer.from(text),
    tarPadding(text.length),
  ]);
  writeFileSync(join(dir, 'a.tar'), Buffer.concat([...parts, TAR_END]));
  const run = (...args: string[]) => execFileSync('tar', args, { cwd: dir, encoding: 'utf8' });
  expect(run('tf', 'a.tar').trim().split('\n')).toEqual(Object.keys(texts));
  expect(run('tvf', 'a.tar')).toMatch(/^-rw-------/);
  for (const [name, text] of Object.entries(texts)) expect(run('xOf', 'a.tar', name)).toBe(text);
});

it('BUNDLE-9 a header with one byte altered is none', () => {
  const header = tarHeader({ name: 'a.log', size: 1234 }, 0);
  for (let at = 0; at < 512; at++) {
    const altered = Buffer.from(header);
    altered[at] = (altered[at] ?? 0) ^ 0x01;
    const read = readTarHeader(altered);
    // A digit of the sum itself may be written in more than one way; the content is then as it was.
    if (read !== undefined) expect(read).toEqual({ name: 'a.log', size: 1234 });
  }
  expect(readTarHeader(Buffer.alloc(512))).toBe('end');
  expect(readTarHeader(Buffer.alloc(512, 'a'))).toBeUndefined();
});

it('a name that does not fit is a bug, not a shorter name', () => {
  expect(() => tarHeader({ name: 'n'.repeat(101), size: 0 }, 0)).toThrow('too long');
});
