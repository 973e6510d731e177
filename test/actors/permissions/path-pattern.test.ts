import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  coversPlace,
  matchesPlace,
  type PathPattern,
  parsePathPattern,
  reachesBelow,
} from '../../../actors/permissions/path-pattern.ts';

const where = { cwd: '/w/[p]', userHome: '/home/me' };

function pattern(text: string): PathPattern {
  const parsed = parsePathPattern(text, where);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.pattern;
}
const matches = (text: string, path: string) => matchesPlace(pattern(text), path);

describe('a path pattern', () => {
  it.each([
    ['src/*.ts', '/w/[p]/src/a.ts', true],
    ['src/*.ts', '/w/[p]/src/b/a.ts', false],
    ['./src/*.ts', '/w/[p]/src/a.ts', true],
    ['src/**', '/w/[p]/src/a/b/c', true],
    ['src/**', '/w/[p]/src', true],
    ['src/**', '/w/[p]/srcs/a', false],
    ['s*/**', '/w/[p]/src', true],
    ['s*/*', '/w/[p]/src', false],
    ['**', '/w/[p]/a', true],
    ['**', '/w/q/a', false],
    ['**/*.ts', '/w/[p]/a.ts', true],
    ['{a,b}/x', '/w/[p]/b/x', true],
    ['a[[]b', '/w/[p]/a[b', true],
    ['../q/*', '/w/q/a', true],
    ['a.txt', '/w/[p]/a.txt', true],
    ['a.txt', '/w/[p]/aXtxt', false],
    ['a.txt', '/w/[p]/a.txt/b', false],
    ['//etc/*', '/etc/hosts', true],
    ['/etc/*', '/etc/hosts', true],
    ['/etc/*', '/w/[p]/etc/hosts', false],
    ['~/x/*', '/home/me/x/y', true],
    ['~', '/home/me', true],
  ])('PERM-13 %s and %s: %s', (text, path, expected) => {
    expect(matches(text, path)).toBe(expected);
  });

  it.each([
    ['**', '/w/[p]/.env'],
    ['*', '/w/[p]/.env'],
    ['**/*.json', '/w/[p]/.a/.b/c.json'],
    ['src/**', '/w/[p]/src/.git/config'],
    ['[.]env', '/w/[p]/.env'],
  ])('PERM-13 hidden names are like others: %s matches %s', (text, path) => {
    expect(matches(text, path)).toBe(true);
  });

  it.each([
    ['!src/**', /negated/],
    ['a\\*b', /\[\*\]/],
    ['src/[a', /brackets/],
    ['src/{a,b', /brackets/],
    ['*/../x', /"\.\."/],
    ['{a,../b}/x', /"\.\."/],
    ['{a,/etc}/x', /absolute/],
    ['.{.,x}/y', /"\.\."/],
  ])('PERM-18 %s is refused with the way out', (text, problem) => {
    const parsed = parsePathPattern(text, where);
    expect(parsed.ok ? '' : parsed.problem).toMatch(problem);
  });

  it('PERM-14 covers what is in a directory that matches', () => {
    expect(coversPlace(pattern('secret'), '/w/[p]/secret/a/b')).toBe(true);
    expect(coversPlace(pattern('secret/'), '/w/[p]/secret/a')).toBe(true);
    expect(coversPlace(pattern('*/keys'), '/w/[p]/x/keys/a')).toBe(true);
    expect(coversPlace(pattern('secret'), '/w/[p]/secrets/a')).toBe(false);
    expect(coversPlace(pattern('secret/x'), '/w/[p]/secret')).toBe(false);
  });

  it.each([
    ['secret/**', '/w/[p]', true],
    ['secret/**', '/', true],
    ['secret/**', '/w/[p]/src', false],
    ['**/.env', '/w/[p]/src', true],
    ['*/keys/*', '/w/[p]/a', true],
    ['*/keys/*', '/w/[p]/a/keys', true],
    ['*/keys/*', '/w/[p]/a/other', false],
    ['*/keys', '/w/[p]/a/keys/b/c', false],
    ['{a,b/c}/x', '/w/[p]/b', true],
    ['a.txt', '/w/[p]/b', false],
  ])('PERM-15 %s is reached from %s: %s', (text, root, expected) => {
    expect(reachesBelow(pattern(text), root)).toBe(expected);
  });

  it('PERM-15 a search from above any match reaches it', () => {
    const name = fc.constantFrom('a', 'b', '.c');
    const part = fc.oneof(name, fc.constantFrom('*', '**', '?', '{a,b}', '.*'));
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 4 }),
        fc.array(name, { minLength: 1, maxLength: 4 }),
        fc.nat(3),
        (parts, names, depth) => {
          const rule = pattern(parts.join('/'));
          fc.pre(matchesPlace(rule, ['/w/[p]', ...names].join('/')));
          const root = ['/w/[p]', ...names.slice(0, Math.min(depth, names.length - 1))].join('/');
          expect(reachesBelow(rule, root) || coversPlace(rule, root)).toBe(true);
        },
      ),
    );
  });
});
