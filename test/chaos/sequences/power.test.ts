import { expect, test } from 'vitest';
import { accepted } from './accepted.ts';
import { inCi, LIMIT } from './in-ci.ts';
import { sweep } from './sweep.ts';
import { tool } from './tool.ts';

test.each([accepted, tool])(
  'G-31 power lost at any point of $name: what was told was on disk',
  LIMIT,
  async (sequence) => {
    const { faults, struck, missed } = await sweep(sequence, { ...inCi(3), cutsPower: true });
    expect(faults).toEqual([]);
    expect(struck).toBeGreaterThan(missed);
  },
);

test('G-31 power lost finds out a host that tells before it is on disk', LIMIT, async () => {
  const { faults } = await sweep(accepted, { ...inCi(5), cutsPower: true, plant: 'skip-sync.ts' });
  expect(faults.join('\n')).toMatch(/G-1 .* was accepted, and neither host nor hub knows of it/);
});
