import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskSource } from '../../scripts/mask-source.ts';

const cases: [what: string, source: string, masked: string][] = [
  ['code stays', 'const a = b / c;', 'const a = b / c;'],
  ['a line comment goes, its line end stays', 'a; // import\nb;', 'a;          \nb;'],
  ['a block comment goes, its lines stay', 'a /* x\ny */ b', 'a     \n     b'],
  ['the quotes of a string stay', `f('ab"', "c'd")`, `f('   ', "   ")`],
  ['an escaped quote does not end a string', `'a\\'b' + c`, `'    ' + c`],
  ['a comment in a string is a string', `'//' + a`, `'  ' + a`],
  ['a quote in a comment opens nothing', `// it's\na('b')`, `       \na(' ')`],
  ['template text goes, what is in ${} stays', '`a ${b} c` + d', '`  ${b}  ` + d'],
  ['templates nest', '`a${f(`b${c}`, {d: {}})}e`; g', '` ${f(` ${c}`, {d: {}})} `; g'],
  ['an escaped ${ is text', '`\\${a}` + b', '`     ` + b'],
  ['a template spans lines', '`a\nb` + c', '` \n ` + c'],
  ['a quote in a regular expression opens nothing', `x = /'"/; y('z')`, `x = /  /; y(' ')`],
  ['a slash in a class does not end it', `return /[/'](")/.test(a)`, 'return /       /.test(a)'],
  ['division is none', `a / b + 'c' / d`, `a / b + ' ' / d`],
  ['division after a call is none', `f(a) / 2 + "'" / g`, `f(a) / 2 + " " / g`],
  ['an apostrophe in JSX text opens nothing', `<p>it's</p>\n'a'`, `<p>it's</p>\n' '`],
  ['the end of a JSX tag is no regular expression', `<A b={c} />; f('d') / 2`, `<A b={c} />; f(' ') / 2`],
  ['what is beyond the first plane keeps the offsets', `'🚂' + a`, `'  ' + a`],
];

test.each(cases)('%s', (_what, source, masked) => {
  expect(maskSource(source)).toBe(masked);
});

test('whatever it is given, length and line ends stay', () => {
  const character = fc.constantFrom(...`/*'"\`\${}\\()[] \nab=<>`, '${', '//', '/*', '*/');
  fc.assert(
    fc.property(fc.array(character), (characters) => {
      const source = characters.join('');
      const masked = maskSource(source);
      expect(masked.length).toBe(source.length);
      expect([...masked.matchAll(/\n/g)].map((m) => m.index)).toEqual(
        [...source.matchAll(/\n/g)].map((m) => m.index),
      );
    }),
  );
});
