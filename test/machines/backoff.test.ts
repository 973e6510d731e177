import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from '../../machines/backoff.ts';

test('CONN-14 a wait is at least 1 s and at most 30 s, whatever the chance', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer(), (attempt, seed) => {
      const wait = backoffMs(attempt, seed);
      return Number.isInteger(wait) && wait >= 1_000 && wait <= 30_000;
    }),
  );
});

test('CONN-14 it doubles, with up to half as much again of jitter, and from the sixth attempt stays at its longest', () => {
  for (let seed = 0; seed < 200; seed += 1) {
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const base = 1_000 * 2 ** (attempt - 1);
      expect(backoffMs(attempt, seed)).toBeGreaterThanOrEqual(base);
      expect(backoffMs(attempt, seed)).toBeLessThanOrEqual(base * 1.5);
    }
    expect(backoffMs(6, seed)).toBeGreaterThanOrEqual(20_000);
  }
});

test('CONN-19 the same seed waits the same, so that a recording replays; many seeds spread', () => {
  expect(backoffMs(3, 7)).toBe(backoffMs(3, 7));
  const waits = new Set(Array.from({ length: 100 }, (_, seed) => backoffMs(1, seed)));
  expect(waits.size).toBeGreaterThan(50);
});
