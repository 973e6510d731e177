import { expect, test } from 'vitest';
import { ago, table } from '../../src/cli/table.ts';

test('CLI-9 a listing is a table whose columns line up, and whose cells cannot break it', () => {
  const rows = [
    ['a long name', '1'],
    ['b\nc\u001b[2J', '22'],
  ];
  expect(table(['name', 'id'], rows)).toBe('NAME         ID\na long name  1\nb c\\x1b[2J   22\n');
  expect(table(['name'], [])).toBe('(none)\n');
});

test.each([
  [null, 'never'],
  [1_000_000, '0 s ago'],
  [1_000_000 - 90_000, '2 min ago'],
  [1_000_000 - 7_200_000, '2 h ago'],
  [1_000_000 - 3 * 86_400_000, '3 d ago'],
])('CLI-9 how long ago is told in one word: %j', (at, told) => {
  expect(ago(at, 1_000_000)).toBe(told);
});
