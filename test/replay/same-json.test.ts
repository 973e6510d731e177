import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../machines/ports.ts';
import { jsonText } from '../../src/log/json-text.ts';
import { differenceOf, sameJson } from '../../src/replay/same-json.ts';

const recorded = (live: unknown): Json | undefined =>
  live === undefined ? undefined : (JSON.parse(jsonText(live)) as Json);

describe('sameJson', () => {
  it('whatever was written is the same as what was written', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withNullPrototype: true,
      withSparseArray: true,
    });
    fc.assert(fc.property(anything, (live) => sameJson(recorded(live), live)));
  });

  it('two values are the same when their JSON is, and only then', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }), (a, b) => {
        const [left, right] = [recorded(a), recorded(b)];
        expect(sameJson(left, b)).toBe(differenceOf(left, right) === undefined);
        expect(sameJson(left, a)).toBe(true);
      }),
    );
  });

  it.each([
    [{ name: 'Error', message: 'x' }, new Error('x'), true],
    [{ name: 'Error', message: 'y' }, new Error('x'), false],
    [{ a: 1 }, { a: 1, b: undefined }, true],
    [{ a: 1, b: null }, { a: 1, b: undefined }, false],
    [{ a: 1 }, { a: 1, b: null }, false],
    [[1, null], [1, undefined], true],
    [[1], [1, undefined], false],
    [null, Number.NaN, true],
    ['1', 1n, true],
    ['2026-01-01T00:00:00.000Z', new Date(Date.UTC(2026, 0, 1)), true],
    [{ toString: 1 }, { toString: 1 }, true],
    [{ toString: 1 }, { valueOf: 1 }, false],
    [undefined, undefined, true],
    [undefined, null, false],
  ])('%j and %o: %s', (was, is, same) => {
    expect(sameJson(was as Json, is)).toBe(same);
  });
});

describe('differenceOf', () => {
  it('tells where two values part, and both sides', () => {
    const was = { event: { type: 'a', list: [1, { x: 'old' }] } };
    expect(differenceOf(was, { event: { type: 'a', list: [1, { x: 'new' }] } })).toEqual({
      at: 'event.list.1.x',
      recorded: 'old',
      live: 'new',
    });
    expect(differenceOf(was, { event: { type: 'a' } })).toMatchObject({ at: 'event.list', live: undefined });
    expect(differenceOf('a', 'b')).toEqual({ at: '', recorded: 'a', live: 'b' });
    expect(differenceOf([1], { 0: 1 })).toMatchObject({ at: '' });
    expect(differenceOf(was, was)).toBeUndefined();
  });
});
