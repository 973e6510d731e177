import { expect, test } from 'vitest';
import { accepted } from './accepted.ts';
import { inCi, LIMIT } from './in-ci.ts';
import { sweep } from './sweep.ts';

test('G-1 G-2 G-5 input accepted, host dies: it ends once, and in its place', LIMIT, async () => {
  const { faults, struck, missed } = await sweep(accepted, inCi(5));
  expect(faults).toEqual([]);
  expect(struck).toBeGreaterThan(missed);
});
