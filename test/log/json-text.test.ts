import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonText, objectText } from '../../src/log/json-text.ts';

describe('jsonText', () => {
  it('LOG-3 an Error keeps its name and message, however deep it lies', () => {
    expect(jsonText(new TypeError('no'))).toBe('{"name":"TypeError","message":"no"}');
    const event = { type: 'xstate.error.actor.model', error: new RangeError('too long'), at: 1 };
    expect(JSON.parse(jsonText(event))).toEqual({
      ...event,
      error: { name: 'RangeError', message: 'too long' },
    });
    expect(JSON.parse(jsonText({ list: [{ cause: new Error('x') }] }))).toEqual({
      list: [{ cause: { name: 'Error', message: 'x' } }],
    });
  });

  it('LOG-3 a BigInt is its digits', () => {
    expect(jsonText({ size: 12n, all: [3n] })).toBe('{"size":"12","all":["3"]}');
    expect(jsonText(7n)).toBe('"7"');
  });

  it('LOG-3 undefined and functions are left out of objects, and named where nothing else is there', () => {
    expect(jsonText({ a: undefined, b: () => 1, c: 1 })).toBe('{"c":1}');
    expect(jsonText(undefined)).toBe('{"_unserialisable":"undefined"}');
    expect(jsonText(() => 1)).toBe('{"_unserialisable":"function"}');
  });

  it('LOG-3 a circular value is replaced by the reason', () => {
    const circular: Record<string, unknown> = { a: 1 };
    circular.self = { circular };
    expect(JSON.parse(jsonText(circular))).toEqual({ _unserialisable: expect.stringMatching(/circular/i) });
  });

  it.each([
    ['a toJSON that throws', { toJSON: () => raise(new Error('mine')) }, 'mine'],
    ['a toJSON that throws no Error', { toJSON: () => raise('text') }, 'text'],
    [
      'a toJSON that throws what cannot be shown',
      { toJSON: () => raise(Object.create(null)) },
      'serialisation failed',
    ],
    [
      'a getter that throws',
      Object.defineProperty({}, 'x', { enumerable: true, get: () => raise(new Error('got')) }),
      'got',
    ],
    ['a revoked proxy', revoked(), 'revoked'],
  ])('LOG-3 %s does not reach the caller', (_what, value, reason) => {
    expect(JSON.parse(jsonText(value))).toEqual({ _unserialisable: expect.stringContaining(reason) });
  });

  it('LOG-3 a value that is too large to be looked through is written all the same', () => {
    const large = { list: Array.from({ length: 5_000 }, (_, n) => ({ n })), error: new Error('last') };
    expect(JSON.parse(jsonText(large))).toEqual({
      list: large.list,
      error: { name: 'Error', message: 'last' },
    });
    const knot: Record<string, unknown> = {};
    for (const key of ['a', 'b', 'c', 'd']) knot[key] = knot;
    expect(jsonText(knot)).toContain('_unserialisable');
  });

  it('a value with a toJSON is what that says', () => {
    expect(jsonText({ at: new Date(0) })).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
  });

  it('LOG-3 anything at all gives JSON', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
        (value) => {
          JSON.parse(jsonText(value));
          expect(objectText(value)).toMatch(/^\{.*\}$/s);
          JSON.parse(objectText(value));
        },
      ),
    );
  });
});

describe('objectText', () => {
  it('puts what is no object under a key', () => {
    expect(objectText([1])).toBe('{"_value":[1]}');
    expect(objectText(null)).toBe('{"_value":null}');
    expect(objectText({ a: 1 })).toBe('{"a":1}');
  });
});

function raise(what: unknown): never {
  throw what;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
