import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { knownSecrets } from '../../../actors/secrets/known-secrets.ts';
import { createMask, maskText } from '../../../actors/secrets/mask.ts';

function secretsOf(values: Record<string, string>) {
  const secrets = knownSecrets({});
  for (const [name, value] of Object.entries(values)) secrets.add(name, value);
  return secrets;
}

function throughPieces(values: Record<string, string>, pieces: string[]): string[] {
  const mask = createMask(secretsOf(values));
  return [...pieces.map((piece) => mask.push(piece)), mask.flush()];
}

test('TOOL-6 replaces every occurrence by the name of the secret', () => {
  const secrets = secretsOf({ ONE: 'abcdefgh', TWO: '12345678' });
  expect(maskText(secrets, 'abcdefghabcdefgh 12345678, abcdefg')).toBe(
    '[secret ONE][secret ONE] [secret TWO], abcdefg',
  );
});

test('TOOL-6 a secret that is split over pieces does not show', () => {
  expect(throughPieces({ ONE: 'abcdefgh' }, ['x abc', 'def', 'gh y'])).toEqual([
    'x ',
    '',
    '[secret ONE] y',
    '',
  ]);
});

test('TOOL-6 what is held back comes as soon as it cannot be a secret any more, or at the end', () => {
  expect(throughPieces({ ONE: 'abcdefgh' }, ['abc', 'x'])).toEqual(['', 'abcx', '']);
  expect(throughPieces({ ONE: 'ababababX' }, ['abababab', 'ab', 'X'])).toEqual([
    '',
    'ab',
    '[secret ONE]',
    '',
  ]);
  expect(throughPieces({ ONE: 'abcdefgh' }, ['abcdefg'])).toEqual(['', 'abcdefg']);
  expect(throughPieces({ ONE: 'abcdefgh' }, ['nothing of it'])).toEqual(['nothing of it', '']);
});

test('TOOL-6 of secrets that begin alike the longest is replaced', () => {
  const values = { SHORT: 'abcdefgh', LONG: 'abcdefghij' };
  expect(throughPieces(values, ['abcdefgh', 'ij']).join('')).toBe('[secret LONG]');
  expect(throughPieces(values, ['abcdefgh', 'i-']).join('')).toBe('[secret SHORT]i-');
});

test('TOOL-6 of secrets that overlap or contain each other nothing shows', () => {
  const values = { A: 'abcdeXYZ', B: 'XYZfghij', C: 'longer-abcdeXYZ-longer' };
  expect(throughPieces(values, ['abcdeXYZ', 'fghij.']).join('')).toBe('[secret A].');
  expect(throughPieces(values, ['longer-abcdeXYZ-', 'longer']).join('')).toBe('[secret C]');
  expect(throughPieces(values, ['longer-abcdeXYZ-', 'shorter']).join('')).toBe('longer-[secret A]-shorter');
  expect(throughPieces({ A: 'aaaaaaaa' }, ['aaaaaaaaa', 'aaaaaaaaa', 'b']).join('')).toBe('[secret A]b');
});

test('TOOL-6 the pieces make no difference, and no secret is ever left', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 8, maxLength: 12 });
  const text = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 }), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 4 }), text, (values, pieces) => {
      const secrets = Object.fromEntries(values.map((value, i) => [`${i}`, value]));
      const whole = maskText(secretsOf(secrets), pieces.join(''));
      expect(throughPieces(secrets, pieces).join('')).toBe(whole);
      for (const value of values) expect(whole).not.toContain(value);
      // What is not covered stays, in order.
      const covered = new Set<number>();
      const all = pieces.join('');
      for (const value of values) {
        for (let at = all.indexOf(value); at >= 0; at = all.indexOf(value, at + 1)) {
          for (let i = 0; i < value.length; i++) covered.add(at + i);
        }
      }
      const rest = [...all].filter((_, i) => !covered.has(i)).join('');
      expect(whole.replaceAll(/\[secret \d\]/g, '')).toBe(rest);
    }),
    { numRuns: 500 },
  );
});

test('TOOL-6 what is held back stays as short as the longest secret', () => {
  const mask = createMask(secretsOf({ A: 'aaaaaaaaaa' }));
  let shown = 0;
  for (let i = 0; i < 1_000; i++) shown += mask.push('aaaab').length;
  expect(5_000 - shown).toBeLessThan(10);
});

test('TOOL-6 a secret that becomes known later is masked from then on', () => {
  const secrets = secretsOf({});
  const mask = createMask(secrets);
  expect(mask.push('abcdefgh')).toBe('abcdefgh');
  secrets.add('NEW', 'abcdefgh');
  expect(mask.push('abcdefgh') + mask.flush()).toBe('[secret NEW]');
});
