import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { writeBundle } from '../../../src/log/bundle/write-bundle.ts';
import { tempDir } from '../temp-dir.ts';

const about = { format: 1, made: '2026-01-02T00:00:00.000Z', versions: {}, sessions: [] };

it('BUNDLE-6 a bundle that cannot be written leaves nothing behind', async () => {
  const path = join(tempDir(), 'a.tgz');
  let reads = 0;
  const source = {
    name: 'a.log',
    // It can be measured, but not be read again.
    async *read() {
      yield Buffer.from('begin');
      reads += 1;
      if (reads > 1) throw new Error('the disk is gone');
    },
  };
  await expect(writeBundle(path, about, [source])).rejects.toThrow('the disk is gone');
  expect(readdirSync(dirname(path))).toEqual([]);
});

it('BUNDLE-6 a folder that is not there is told by its path', async () => {
  const path = join(tempDir(), 'nowhere', 'a.tgz');
  await expect(writeBundle(path, about, [])).rejects.toThrow(path);
});
