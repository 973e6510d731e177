import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pageOf } from '../../../src/hub/rest/page-query.ts';

const rows = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id }));
const page = (more: object) => {
  const listed = pageOf(rows, { limit: 50, order: 'asc', after: undefined, before: undefined, ...more });
  return listed.ok ? listed.rows.map(({ id }) => id).join('') : `unknown ${listed.unknownCursor}`;
};

describe('a page of a short list', () => {
  test('is cut like one from the store', () => {
    expect(page({})).toBe('abcde');
    expect(page({ limit: 2, order: 'desc' })).toBe('ed');
    expect(page({ after: 'b', limit: 2 })).toBe('cd');
    expect(page({ before: 'd', limit: 2 })).toBe('bc');
    expect(page({ before: 'b', order: 'desc', limit: 2 })).toBe('dc');
    expect(page({ after: 'a', before: 'd' })).toBe('bc');
    expect(page({ after: 'e' })).toBe('');
    expect(page({ before: 'x' })).toBe('unknown x');
  });

  test('after page gives everything once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom('asc' as const, 'desc' as const),
        (limit, order) => {
          let all = '';
          for (let after: string | undefined; ; after = all.at(-1)) {
            const next = page({ limit, order, after });
            if (next === '') break;
            all += next;
          }
          expect(all).toBe(order === 'asc' ? 'abcde' : 'edcba');
        },
      ),
    );
  });
});
