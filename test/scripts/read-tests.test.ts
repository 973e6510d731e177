import { expect, test } from 'vitest';
import { readTests } from '../../scripts/read-tests.ts';

const titles = (source: string) => readTests(source).map(({ title }) => title);
const counting = (source: string) =>
  readTests(source)
    .filter(({ counts }) => counts)
    .map(({ title }) => title);

test.each([
  [`test('A-1 says', () => {});`],
  [`it("A-1 says", () => {});`],
  ['test(`A-1 says`, () => {});'],
  [`test(\n  'A-1 says',\n  () => {},\n);`],
  [`test.concurrent('A-1 says', () => {});`],
  [`test.each([1, 2])('A-1 says', () => {});`],
  [`test.each<[string, number]>([['(', 2]])('A-1 says', () => {});`],
  [`test.each(\n  cases.map((c) => [c.a, ')']),\n)('A-1 says', () => {});`],
  ['test.each`\n a | b\n ${1} | ${"("}\n`("A-1 says", () => {});'],
  [`test.for([1])('A-1 says', () => {});`],
  [`test.skipIf(process.platform === 'win32')('A-1 says', () => {});`],
  [`describe('all', () => { it('A-1 says', { timeout: 5 }, () => {}); });`],
])('the title counts in %s', (source) => {
  expect(counting(source)).toEqual(['A-1 says']);
});

test.each([
  [`test.skip('A-1 says', () => {});`],
  [`it.skip.each([1])('A-1 says', () => {});`],
  [`test.concurrent.skip('A-1 says', () => {});`],
  [`test.todo('A-1 says');`],
  [`test.fails('A-1 says', () => {});`],
  [`test('A-1 says', { skip: true }, () => {});`],
  [`test('A-1 says', { timeout: 5, todo: true }, () => {});`],
  [`describe.skip('all', () => { describe('some', () => { test('A-1 says', () => {}); }); });`],
  [`describe.todo('all', () => { test('A-1 says', () => {}); });`],
  [`describe('all', { skip: true }, () => { test('A-1 says', () => {}); });`],
  [`describe.skip.each([')'])('all %s', () => { test('A-1 says', () => {}); });`],
])('the title is read but does not count in %s', (source) => {
  expect(titles(source)).toEqual(['A-1 says']);
  expect(counting(source)).toEqual([]);
});

test.each([
  [`// test('A-1 says', () => {});`],
  [`const source = "test('A-1 says', () => {})";`],
  [`regex.test('A-1 says');`],
  [`test(name, () => {});`],
  [`describe('A-1 says', () => {});`],
  [`if (it < limit) f('A-1 says');`],
])('there is no title in %s', (source) => {
  expect(titles(source)).toEqual([]);
});

test('what comes behind a skipped describe counts', () => {
  expect(counting(`describe.skip('all', () => { test('A-1', f); });\ntest('A-2', f);`)).toEqual(['A-2']);
});

test('a template is read up to its first value', () => {
  expect(titles('test(`A-1 says ${what} twice`, f);')).toEqual(['A-1 says ']);
});

test('a test is told with its line', () => {
  expect(readTests(`\n\ntest(\n  'A-1 says', f);`)).toMatchObject([{ line: 3 }]);
});
