import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mentionsProtected } from '../../../actors/permissions/shell-mention.ts';

const ordinary = {
  cwd: '/srv/project',
  userHome: '/home/me',
  places: { homes: ['/home/me/.signalbox'] },
};
const elsewhere = { ...ordinary, places: { homes: ['/srv/box', '/data/real box', '/home/me/state/sb'] } };

describe('mentionsProtected', () => {
  it.each([
    'cat ~/.signalbox/credentials.json',
    'cat ~/.signal"box"/x',
    "cat .sig'nal'box/x",
    'cat .sig\\nalbox/x',
    'cat .sig\\\nnalbox/x',
    'cat .sig""nalbox/x',
    'cat $HOME/.signalb?x/x',
    'cat $HOME/.[s]ignalbox/x',
    'rm -rf ~/.s*',
    'ls .*',
    'cat ~/.{signalbox,x}/x',
    'cat ~/{.signal,x}{box,y}/x',
    'cat .{a..z}ignalbox/x',
    'cat .signal${nothing}box/x',
    'cat .signal${a:-${b}}box/x',
    'cat .signal$@box/x',
    'cat .sig$(echo nal)box/x',
    'cat .sig`echo nal`box/x',
    'cat .sig@(nal)box/x',
    "cat $'\\x2esignalbox/x'",
    "cat $'.signal\\142ox/x'",
    'python3 -c "open(\'\\u002esignalbox/x\')"',
    'curl file:///home/me/%2esignalbox/x',
    'cat .SIGNALBOX/x',
    'cat .ſignalbox/x',
    'find ~ -name "*signalbox*"',
    'name=.sig*; cat $name/x',
    'cat --file=.sig*/x',
    'cd ~ && (cd .sig* && ls)',
    'shopt -s dotglob; cat ~/*/credentials.json',
    'echo $SIGNALBOX_HOME',
    'echo ${SIGNALBOX_HOME:-x}',
    'printenv SIGNAL"BOX"_HOME',
    'git add .signalbox',
    'bash -c "cat ~/.signalbox/x"',
    'cat <<END\n.signalbox\nEND',
  ])('PERM-10 %j mentions it', (command) => {
    expect(mentionsProtected(command, ordinary)).toBe(true);
  });

  it.each([
    'ls',
    'ls -la *',
    'git status && npm test',
    'grep "foo.*bar" src/*.ts',
    'echo $x "$y" $1',
    'cat "$dir/$file.json"',
    'for f in *; do echo "${f}"; done',
    'mkdir -p src/{a,b}/c',
    'node -e "console.log({a: [1, 2], b: x => x})"',
    'npx signalbox send hello',
    'cat .gitignore .env .github/*',
    "awk '{print $1, $2}' file",
    'cat ../x/../y',
    'git diff HEAD~1 -- src',
    'if [ -f a ]; then echo yes; fi',
  ])('%j does not', (command) => {
    expect(mentionsProtected(command, ordinary)).toBe(false);
  });

  it.each([
    'cat /srv/box/x',
    'cat //srv/./box/x',
    'cat ../box/x',
    'cat /srv/project/../box',
    'cat /SRV/Box/x',
    'cat /srv/b?x/x',
    'cat /srv/*/x',
    'cat $dir/box/x',
    'gcc -I/srv/box',
    'cat "/data/real box/x"',
    'cat /data/real\\ box/x',
    'cat ~/state/sb/x',
    'cat ${HOME}/state/sb/x',
    'cat $PWD/../box/x',
  ])('PERM-10 %j mentions a home with a name of its own', (command) => {
    expect(mentionsProtected(command, elsewhere)).toBe(true);
  });

  it.each(['cat /srv/boxes/x', 'echo box', 'cat box/x', 'ls *', 'cat /srv/other', 'cat ~/state/other'])(
    '%j does not mention such a home',
    (command) => {
      expect(mentionsProtected(command, elsewhere)).toBe(false);
    },
  );

  it('PERM-10 no way of quoting, escaping or abbreviating the name hides it', () => {
    const spelled = fc
      .tuple(
        ...[...'.signalbox'].map((letter) =>
          fc.constantFrom(
            letter,
            letter.toUpperCase(),
            `\\${letter}`,
            `'${letter}'`,
            `"${letter}"`,
            `""${letter}`,
            `\\\n${letter}`,
            `$none"${letter}"`,
            `\${none}${letter}`,
            `$(true)${letter}`,
            `{${letter},_}`,
          ),
        ),
      )
      .map((letters) => letters.join(''));
    const around = fc.constantFrom(
      (name: string) => `cat ~/${name}/x`,
      (name: string) => `cd ~;cat ${name}/x`,
      (name: string) => `x=${name} sh -c 'cat $x/y'`,
      (name: string) => `tar c --directory=${name} .`,
      (name: string) => `echo "a b" | (cat <${name}/x)`,
    );
    fc.assert(
      fc.property(spelled, around, (name, command) => {
        expect(mentionsProtected(command(name), ordinary)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('PERM-10 wildcards in place of letters do not hide it', () => {
    const letters = [...'.signalbox'].map((letter) => fc.constantFrom(letter, '?', '*', '[a-z.]'));
    fc.assert(
      fc.property(fc.tuple(...letters), (spelled) => {
        fc.pre(spelled.some((part) => part.length === 1 && part !== '?' && part !== '*'));
        expect(mentionsProtected(`cat ~/${spelled.join('')}/x`, ordinary)).toBe(true);
      }),
    );
  });
});
