import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../../actors/models/ai-sdk/retry-after.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');

describe('MODEL-30 the time to wait', () => {
  it.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['a part of a second', { 'retry-after': ' 0.5 ' }, 500],
    ['a date', { 'retry-after': 'Sun, 22 Nov 2026 12:00:20 GMT' }, 20_000],
    ['a date that has passed', { 'retry-after': 'Sun, 22 Nov 2026 11:00:00 GMT' }, 0],
    ['milliseconds first', { 'retry-after': '7', 'retry-after-ms': '1234' }, 1234],
    ['nothing', {}, undefined],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['an empty one', { 'retry-after': '' }, undefined],
  ])('MODEL-30 is read from %s', (_, headers, expected) => {
    expect(retryAfterMs(headers, NOW)).toBe(expected);
  });
});
