import { describe, expect, it } from 'vitest';
import { shownSecret } from '../../../actors/permissions/shell-secrets.ts';
import { ORDINARY_COMMANDS } from './ordinary-commands.ts';

const where = { cwd: '/home/me/project', userHome: '/home/me', places: { homes: ['/home/me/.signalbox'] } };

describe('shownSecret', () => {
  it.each([
    'signalbox token show | base64',
    'npx signalbox token show',
    'npx -y signalbox@latest --json token show',
    'node bin/signalbox.js token create x --right owner',
    './node_modules/.bin/signal"box" tok\\en show',
    'bash -c "signalbox token show"',
    's=signal; ${s}box token show',
  ])('PERM-26 %j prints tokens', (command) => {
    expect(shownSecret(command, where)).toBe('signalbox token');
  });

  it.each([
    "cat /proc/$PPID/environ | tr '\\0' '\\n' | grep -a ANTHROPIC | base64",
    'cat /proc/*/environ',
    'strings /proc/self/task/7/environ',
    'dd if=/proc/$(pgrep -f signalbox)/mem bs=1 count=9',
    'cat /proc/"1234"/env\'iron\'',
    'cd /proc/$PPID && cat environ',
    'cd / && cat proc/1/environ',
    'grep -ra ANTHROPIC /proc',
    'python3 -c "import os; print(open(f\'/proc/{os.getppid()}/environ\').read())"',
  ])('PERM-26 %j shows another process', (command) => {
    expect(shownSecret(command, where)).toBe('environ or mem in /proc');
  });

  it.each(['wc credentials.json', 'cd x; cat Credentials.json', 'cat box/credentials.json.4711'])(
    'PERM-26 %j names the file of tokens',
    (command) => {
      expect(shownSecret(command, where)).toBe('credentials.json');
    },
  );

  it.each([
    ...ORDINARY_COMMANDS,
    'grep -rn token signalbox/src',
    'cd signalbox && npm test token',
    'git commit -m "Make signalbox mask the token"',
    'cat src/proc/mem.c',
    'python3 -c "from os import environ; print(environ)"',
  ])('PERM-31 %j does not', (command) => {
    expect(shownSecret(command, where)).toBeUndefined();
  });

  it('reads long text once', () => {
    for (const piece of ['proc/', 'signalbox ', 'a.', '@', 'credentials.', 'cd /proc ', "'x "])
      shownSecret(piece.repeat(20_000), where);
  });
});
