import { expect, test } from 'vitest';
import type { Line } from './row.ts';
import { isMet } from './row.ts';
import { statsOf } from './stats.ts';
import { table } from './table.ts';

const line = (more: Partial<Line>): Line => ({ work: 'some work', unit: 'ms', ours: statsOf([2]), ...more });

test.each([
  [{ most: 2 }, true],
  [{ most: 1.9 }, false],
  [{ least: 2 }, true],
  [{ least: 2.1 }, false],
])('a median of 2 against %o: %s', (target, met) => {
  expect(isMet(line({ target }))).toBe(met);
});

test('the target is for the median, whatever the spread', () => {
  expect(isMet(line({ ours: statsOf([1, 1, 50]), target: { most: 2 } }))).toBe(true);
});

test('without a target nothing is met or missed', () => {
  expect(isMet(line({}))).toBeNull();
  expect(table([line({})])).not.toMatch(/met|MISSED/);
});

test('columns are aligned, and each line has its limit, ratio and verdict', () => {
  const text = table([
    line({ ours: statsOf([2, 4, 3]), bare: statsOf([1.5]), target: { most: 2 } }),
    line({
      work: 'events that were relayed',
      unit: '/s',
      ours: statsOf([41234.5]),
      target: { least: 20_000 },
    }),
  ]);
  expect(text.split('\n')).toEqual([
    'work                          ours       spread           bare limit  ours/bare   target',
    'some work                  3.00 ms    2.00–4.00  1.50 ms (1.50–1.50)        2.0      ≤ 2  MISSED',
    'events that were relayed  41235 /s  41235–41235                                  ≥ 20000     met',
  ]);
});

test('notes stand below, named by their work', () => {
  const text = table([line({ note: 'on a fast clock' })]);
  expect(text.split('\n').slice(-2)).toEqual(['', '  some work: on a fast clock']);
});
