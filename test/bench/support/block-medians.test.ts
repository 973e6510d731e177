import { expect, test } from 'vitest';
import { blockMedians } from './block-medians.ts';

test('each block has its own median, in the order in which they were taken', () => {
  expect(blockMedians([3, 1, 2, 30, 10, 20], 3)).toEqual([2, 20]);
});

test('a block that is not full does not count', () => {
  expect(blockMedians([1, 2, 3, 4, 5], 2)).toEqual([1.5, 3.5]);
  expect(blockMedians([1], 2)).toEqual([]);
});
