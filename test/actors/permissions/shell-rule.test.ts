import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasPrefix, isCommand } from '../../../actors/permissions/shell-rule.ts';

describe('a rule that restricts commands', () => {
  it('PERM-16 takes a command whole', () => {
    expect(isCommand('rm -rf x', 'rm -rf x')).toBe(true);
    expect(isCommand(' rm -rf x\n', 'rm -rf x')).toBe(true);
    expect(isCommand('rm -rf xy', 'rm -rf x')).toBe(false);
    expect(isCommand('rm  -rf x', 'rm -rf x')).toBe(false);
  });

  it.each([
    'git push',
    'git push --force',
    'cd x && git push',
    'cd x;git push',
    '(git push)',
    'bash -c "git push"',
    'echo $(git push)',
    'FOO=1 git   push',
    'git \\\npush',
    'g"it" pu\\sh',
    '/usr/bin/git push',
    'git pushy',
  ])('PERM-17 finds the prefix "git push" in %j', (command) => {
    expect(hasPrefix(command, 'git push')).toBe(true);
  });

  it.each(['git pull', 'legit push', 'git -C x status', ''])('does not find it in %j', (command) => {
    expect(hasPrefix(command, 'git push')).toBe(false);
  });

  it('PERM-17 finds a prefix after anything that ends a word', () => {
    const before = fc.string().map((text) => `${text.replace(/['"\\$]/g, '')} `);
    fc.assert(
      fc.property(before, fc.string(), (start, end) => {
        expect(hasPrefix(`${start}rm${end}`, 'rm')).toBe(true);
      }),
    );
  });
});
