import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { LogCopy } from '../../../src/log/bundle/log-copy.ts';
import { tempDir } from '../temp-dir.ts';

async function copyOf(text: string, isWritten: boolean) {
  const path = join(tempDir(), 'a.log');
  writeFileSync(path, text);
  const copy = await LogCopy.open(path, isWritten);
  if (copy === undefined) throw new Error('it is there');
  onTestFinished(() => copy.close());
  const read = async () => {
    const parts: Buffer[] = [];
    for await (const part of copy.read()) parts.push(part);
    return Buffer.concat(parts).toString();
  };
  return { path, read };
}

it('BUNDLE-5 of a log that is written on, the whole lines that were there are read, each time the same', async () => {
  const { path, read } = await copyOf('one\ntwo\nthr', true);
  expect(await read()).toBe('one\ntwo\n');
  appendFileSync(path, 'ee\nfour\n');
  expect(await read()).toBe('one\ntwo\n');
  rmSync(path);
  expect(await read()).toBe('one\ntwo\n');
});

it('BUNDLE-5 of a log that is over, all is read, also a line that was cut off', async () => {
  const { read } = await copyOf('one\ntwo\nthr', false);
  expect(await read()).toBe('one\ntwo\nthr');
});

it('BUNDLE-5 a long line is no end, and no line is nothing', async () => {
  const long = `first\n${'x'.repeat(700_000)}`;
  expect(await (await copyOf(long, true)).read()).toBe('first\n');
  expect(await (await copyOf('x'.repeat(700_000), true)).read()).toBe('');
  expect(await (await copyOf(`${long}\n`, true)).read()).toBe(`${long}\n`);
});

it('BUNDLE-5 one that is gone is none; one that became shorter is told', async () => {
  expect(await LogCopy.open(join(tempDir(), 'gone.log'), true)).toBeUndefined();
  const { path, read } = await copyOf('one\ntwo\n', false);
  truncateSync(path, 2);
  await expect(read()).rejects.toThrow('became shorter');
});
