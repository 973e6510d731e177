import { describe, expect, test } from 'vitest';
import { readImports } from '../../scripts/read-imports.ts';

describe('finds', () => {
  const forms: [source: string, specifier: string | undefined, typeOnly: boolean][] = [
    [`import a from './x.ts';`, './x.ts', false],
    [`import a, { b as c } from './x.ts';`, './x.ts', false],
    [`import * as a from "./x.ts";`, './x.ts', false],
    [`import{a}from'./x.ts'`, './x.ts', false],
    [`import './x.ts';`, './x.ts', false],
    [`import type { A } from './x.ts';`, './x.ts', true],
    [`import type A from './x.ts';`, './x.ts', true],
    [`import type from './x.ts';`, './x.ts', false],
    [`import { type A } from './x.ts';`, './x.ts', false],
    [`import data from './x.json' with { type: 'json' };`, './x.json', false],
    [`export * from './x.ts';`, './x.ts', false],
    [`export * as a from './x.ts';`, './x.ts', false],
    [`export { a, b as c } from './x.ts';`, './x.ts', false],
    [`export type { A } from './x.ts';`, './x.ts', true],
    [`export type * from './x.ts';`, './x.ts', true],
    [`const a = await import('./x.ts');`, './x.ts', false],
    ['const a = await import(`./x.ts`);', './x.ts', false],
    ['`${await import("./x.ts")}`', './x.ts', false],
    [`const a = require('./x.cjs');`, './x.cjs', false],
    ['const a = await import(name);', undefined, false],
    ['const a = await import(`./${name}.ts`);', undefined, false],
  ];
  test.each(forms)('%s', (source, specifier, typeOnly) => {
    expect(readImports(source)).toEqual([{ specifier, typeOnly, line: 1 }]);
  });
});

test.each([
  [`// import a from './x.ts';`],
  [`/*\nimport a from './x.ts';\n*/`],
  [`const a = "import b from './x.ts'";`],
  ["const a = `import b from './x.ts'`;"],
  ['console.log(import.meta.url);'],
  [`loader.import('./x.ts');`],
  [`export const from = 'x';`],
  [`export function from(a = './x.ts') {}`],
])('finds nothing in %s', (source) => {
  expect(readImports(source)).toEqual([]);
});

test('a list over several lines is one import, at the line of its specifier', () => {
  const source = `import {\n  a, // from './no.ts'\n  type B,\n} from './x.ts';\n\nimport './y.ts';\n`;
  expect(readImports(source)).toEqual([
    { specifier: './x.ts', typeOnly: false, line: 4 },
    { specifier: './y.ts', typeOnly: false, line: 6 },
  ]);
});

test('an export without a source takes none from the next line', () => {
  expect(readImports(`export { a };\nimport b from './x.ts';\n`)).toEqual([
    { specifier: './x.ts', typeOnly: false, line: 2 },
  ]);
});
