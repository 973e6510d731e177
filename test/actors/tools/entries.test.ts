import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEntries } from '../../../actors/tools/entries.ts';

function split(pieces: string[], limit = 10): string[] {
  const found: string[] = [];
  const entries = createEntries('\n', limit, (entry) => found.push(entry));
  for (const piece of pieces) entries.push(piece);
  entries.finish();
  return found;
}

test('splits a text the same, whatever its pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '\n', 'ü'), maxLength: 30 })), (pieces) => {
      const lines = pieces.join('').split('\n');
      if (lines.at(-1) === '') lines.pop();
      expect(split(pieces, 1_000)).toEqual(lines);
      expect(split(pieces)).toEqual(split([pieces.join('')]));
    }),
  );
});

test('TOOL-62 an entry that is too long is cut and says how much, without being kept', () => {
  expect(split(['0123456789\n0123456789a\n'])).toEqual(['0123456789', '0123456789 [1 characters cut]']);
  expect(split(Array.from({ length: 100_000 }, () => 'x'.repeat(100)))).toEqual([
    'xxxxxxxxxx [9999990 characters cut]',
  ]);
  expect(split(['012345678😀'])).toEqual(['012345678 [2 characters cut]']);
});
