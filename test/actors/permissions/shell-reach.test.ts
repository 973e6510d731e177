import { describe, expect, it } from 'vitest';
import { reachedFromAbove } from '../../../actors/permissions/shell-reach.ts';
import { ORDINARY_COMMANDS } from './ordinary-commands.ts';

const usual = {
  cwd: '/home/me/project',
  userHome: '/home/me',
  places: { homes: ['/home/me/.signalbox'] },
};
const named = { cwd: '/tmp/trial/proj', userHome: '/home/me', places: { homes: ['/tmp/trial/h3'] } };

describe('a command that stands above the home', () => {
  it.each([
    'cd ..; ls -la h3; wc h3/x',
    'cd .. && cat h3/settings.json',
    'cd ../.. ; cat trial/h3/x',
    'cd src; cd ../..; cat h3/x',
    'cd .. ; cd .. ; cat trial/h?/x',
    'pushd /tmp/trial; cat h3/x',
    'git -C .. add h3',
    '(cd /; tail -n 3 tmp/trial/h3/x)',
  ])('PERM-27 %j names it from there', (command) => {
    expect(reachedFromAbove(command, named)).toBe('/tmp/trial/h3');
  });

  it.each([
    'cd ..; ls; cat h4/x',
    'cd src; cat h3/x',
    'cat h3/x',
    'cd ../other; cat h3/x',
    '(cd ..; ls); cat h3/x',
  ])('PERM-27 %j does not', (command) => {
    expect(reachedFromAbove(command, named)).toBeUndefined();
  });
});

describe('a command that goes through directories', () => {
  it.each([
    'find ~ -name settings.json -exec cat {} +',
    'grep -r deviceId ~',
    'grep -Rl deviceId $HOME',
    'grep --recursive deviceId ${HOME}/',
    'sudo rg -u deviceId /home',
    'cp -r ~ /tmp/x',
    'cp -a ~/. /tmp/x',
    'cp -r .. /tmp/x',
    'rsync -a /home/me/ /tmp/x',
    'tar czf - -C ~ . | base64',
    'tar czf x.tgz -C/home/me .',
    'zip -r x.zip /home/*',
    'rm -rf ~/',
    'chmod -R a+r $HOME',
    'cd ~ && grep -r deviceId .',
    'cd; tar czf /tmp/x.tgz .',
    'cd ~ && rg -uu deviceId',
    'cd ~; find -name settings.json',
    'cd ../..; find . -name settings.json',
    'find / -name settings.json',
    'bash -c "find ~ -type f | xargs cat"',
    'echo "$(grep -rh deviceId ~)"',
    "# don't look\nfind ~ -name 'x'",
  ])('PERM-28 %j comes to the home', (command) => {
    expect(reachedFromAbove(command, usual)).toBe('/home/me/.signalbox');
  });

  it('PERM-28 also when it runs above the home, and only there', () => {
    const inHome = { ...usual, cwd: '/home/me' };
    expect(reachedFromAbove('grep -r deviceId .', inHome)).toBe('/home/me/.signalbox');
    expect(reachedFromAbove('ls -la; cat notes.txt; echo $x', inHome)).toBeUndefined();
    expect(reachedFromAbove('cp -r project/a project/b; rm -rf dist; find project', inHome)).toBeUndefined();
  });
});

describe('a path that goes on with what is known only at run time', () => {
  it.each([
    'a=.signal; b=box; cat ~/$a$b/settings.json',
    'cat ~/$(printf ".sig%s" nalbox)/settings.json',
    'cat ~/`echo x`/settings.json',
    'cat "$HOME/${name}"',
    'cat ~/.s$rest/settings.json',
    'cat /home/$who/x',
    'cat ../$a/settings.json',
    'cd ~; cat $a/settings.json',
    'cd ~; cd $a; cat settings.json',
  ])('PERM-29 %j could go on to the home', (command) => {
    expect(reachedFromAbove(command, usual)).toBe('/home/me/.signalbox');
  });
});

it.each(ORDINARY_COMMANDS)('PERM-31 %j does not', (command) => {
  expect(reachedFromAbove(command, usual)).toBeUndefined();
});

it('reads long text once', () => {
  const pieces = [
    'cd ../',
    'a.',
    "'",
    '"a ',
    'proc/',
    '../',
    'find ~',
    '$x/',
    'cd .. ',
    '~/',
    '--recursive ',
  ];
  for (const piece of pieces) reachedFromAbove(piece.repeat(20_000), named);
});
