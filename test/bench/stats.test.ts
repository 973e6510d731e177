import { expect, test } from 'vitest';
import { statsOf, tailOf } from './stats.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

test('the middle of an odd and of an even number of values', () => {
  expect(statsOf([3, 1, 2]).median).toBe(2);
  expect(statsOf([4, 1, 3, 2]).median).toBe(2.5);
});

test('of a few values the spread is all of them', () => {
  expect(statsOf([9, 1, 5])).toEqual({ median: 5, low: 1, high: 9, count: 3 });
  expect(statsOf([5])).toEqual({ median: 5, low: 5, high: 5, count: 1 });
});

test('of many values the spread leaves out a tenth at each end', () => {
  expect(statsOf(upTo(101).toReversed())).toEqual({ median: 51, low: 11, high: 91, count: 101 });
});

test('the slow end is the 99th percentile, from the 90th to the greatest', () => {
  expect(tailOf(upTo(101))).toEqual({ median: 100, low: 91, high: 101, count: 101 });
});

test('numbers are ordered as numbers, and the values are left as they were', () => {
  const values = [10, 9, 100];
  expect(statsOf(values).median).toBe(10);
  expect(values).toEqual([10, 9, 100]);
});

test('nothing measured is an error and no number', () => {
  expect(() => statsOf([])).toThrow('nothing was measured');
  expect(() => tailOf([])).toThrow('nothing was measured');
});
