import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { below, contains } from '../../../actors/permissions/contains.ts';

const name = fc.stringMatching(/^[a-c.]{1,3}$/).filter((part) => part !== '.' && part !== '..');
const names = fc.array(name, { maxLength: 4 });
const path = (parts: string[]) => `/${parts.join('/')}`;

describe('contains', () => {
  it('D11 a directory does not contain its neighbour whose name begins with its own', () => {
    expect(contains('/a/b', '/a/bc')).toBe(false);
    expect(contains('/a/b', '/a/b/c')).toBe(true);
    expect(contains('/a/b', '/a/b')).toBe(true);
    expect(contains('/a/b', '/a')).toBe(false);
    expect(contains('/', '/a')).toBe(true);
    expect(contains('/a/b/', '/a/b/c')).toBe(true);
  });

  it('PERM-8 contains exactly what begins with all of its names', () => {
    fc.assert(
      fc.property(names, names, (dir, other) => {
        const expected = dir.every((part, at) => part === other[at]);
        expect(contains(path(dir), path(other))).toBe(expected);
      }),
    );
  });

  it('PERM-8 a longer last name is never contained', () => {
    fc.assert(
      fc.property(names, name, name, names, (dir, last, more, rest) => {
        expect(contains(path([...dir, last]), path([...dir, last + more, ...rest]))).toBe(false);
      }),
    );
  });

  it('says what is left of a path below a directory', () => {
    fc.assert(
      fc.property(names, names, (dir, rest) => {
        expect(below(path(dir), path([...dir, ...rest]))).toBe(rest.join('/'));
      }),
    );
  });
});
