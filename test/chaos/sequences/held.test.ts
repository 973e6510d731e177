import { expect, test } from 'vitest';
import { heldHub, heldKilled, heldStill } from './held.ts';
import { inCi, LIMIT } from './in-ci.ts';
import { sweep } from './sweep.ts';

test('G-3 a held message withdrawn while its host comes back: it ends once, as was told', LIMIT, async () => {
  const { faults, struck, missed } = await sweep(heldStill, inCi(4));
  expect(faults).toEqual([]);
  expect(struck).toBeGreaterThan(missed);
});

test('G-3 a held message withdrawn while its host comes back and dies again', LIMIT, async () => {
  const { faults, struck, missed } = await sweep(heldKilled, inCi(4));
  expect(faults).toEqual([]);
  expect(struck).toBeGreaterThan(missed);
});

test('G-3 G-12 a held message withdrawn while its host comes back and the hub dies', LIMIT, async () => {
  const { faults, struck, missed } = await sweep(heldHub, inCi(4));
  expect(faults).toEqual([]);
  expect(struck).toBeGreaterThan(missed);
});
