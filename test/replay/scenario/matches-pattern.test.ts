import { expect, it } from 'vitest';
import type { Json } from '../../../machines/ports.ts';
import { matchesPattern } from '../../../src/replay/scenario/matches-pattern.ts';

it.each([
  [{ a: 1 }, { a: 1, b: 2 }, true],
  [{ a: 1 }, { b: 1 }, false],
  [{ a: { b: 'x' } }, { a: { b: 'x', c: 1 } }, true],
  [{ a: null }, { a: null }, true],
  [{ a: null }, {}, false],
  [{ a: '*' }, { a: [] }, true],
  [{ a: '*' }, {}, false],
  [{ a: [1, '*'] }, { a: [1, 2] }, true],
  [{ a: [1] }, { a: [1, 2] }, false],
  [{ a: [] }, { a: {} }, false],
  [{ a: {} }, { a: 'text' }, false],
])('REPLAY-16 %j of %j: %s', (pattern, value, matches) => {
  expect(matchesPattern(pattern as Json, value)).toBe(matches);
});
