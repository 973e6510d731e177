import { rmdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../machines/ports.ts';
import { ORDINARY_COMMANDS } from './ordinary-commands.ts';
import { createWorld, fakeTools, goTo, MODES, type World } from './world.ts';

const TOOLS = ['Read', 'Write', 'Edit', 'Glob', 'Grep'];
const OPEN = { allow: [...TOOLS, 'Bash', 'Fetch'] };

/** Asks in every mode although everything is allowed, and offers nothing to save. */
async function expectAsked(world: World, tool: string, args: JsonObject, cwd = world.cwd): Promise<void> {
  const saved = [
    { tool, path: join(world.home, 'credentials.json') },
    { tool: 'Bash' as const, command: String(args.command), cwd },
  ];
  for (const mode of MODES) {
    const verdict = await world.judge({ tool, args, mode, cwd, rules: saved, settings: OPEN });
    expect(verdict).toMatchObject({ kind: 'ask', suggestions: [] });
  }
}

describe('protected places', () => {
  let world: World;
  beforeAll(() => {
    world = createWorld();
    world.file(join(world.home, 'credentials.json'), 'token');
    world.file('.signalbox/settings.json', '{}');
    world.link('link', world.home);
    world.link('link-to-file', join(world.home, 'credentials.json'));
    world.link('link-to-nothing', join(world.home, 'not-yet.json'));
    world.link('link-to-link', 'link');
    world.link('up', '..');
    world.file('src/a.ts', '');
  });
  afterAll(() => world.remove());

  const SPELLINGS: [string, () => string][] = [
    ['the home', () => world.home],
    ['a file in it', () => join(world.home, 'credentials.json')],
    ['a file that is not there', () => join(world.home, 'new', 'deep.json')],
    ['relative', () => relative(world.cwd, join(world.home, 'credentials.json'))],
    ['a link to it', () => 'link'],
    ['behind a link', () => 'link/credentials.json'],
    ['new behind a link', () => 'link/new.json'],
    ['a link to a file in it', () => 'link-to-file'],
    ['a link to a file that is not there', () => 'link-to-nothing'],
    ['behind two links', () => 'link-to-link/hosts/x'],
    ['settings of the project', () => '.signalbox/settings.json'],
    ['settings with a detour', () => 'src/../.signalbox//./settings.json'],
    ['settings of another project', () => '/somewhere/else/.signalbox/x'],
    ['settings through a link up', () => 'up/project/.signalbox/x'],
    ['another case', () => '.SignalBox/settings.json'],
    ['other code points for the same name', () => '.ſignal\u200bbox/settings.json'],
    ['left again by name', () => '.signalbox/x/..'],
  ];

  describe.each(TOOLS)('%s', (tool) => {
    it.each(SPELLINGS)('PERM-9 asks in every mode: %s', async (_, path) => {
      await expectAsked(world, tool, goTo(tool, path()));
    });

    it('PERM-9 a neighbour with a longer name is not protected', async () => {
      const args = goTo(tool, '.signalboxes/x');
      expect((await world.judge({ tool, args, mode: 'unrestricted' })).kind).toBe('allow');
    });
  });

  it('PERM-9 no spelling of a way to it hides it', async () => {
    const detour = fc.constantFrom('', './', 'src/../', 'up/project/', '/', 'nothing/../');
    const entry = fc.constantFrom(
      '.signalbox',
      'link',
      'link-to-link',
      '../../user/.signalbox',
      '.signalBOX',
    );
    const rest = fc.constantFrom('', '/', '/x', '//x', '/./x', '/y/../x', '/deep/er/x');
    const path = fc
      .tuple(fc.array(detour, { maxLength: 4 }), entry, rest)
      .map(([detours, name, tail]) => `./${detours.join('')}${name}${tail}`);
    await fc.assert(
      fc.asyncProperty(path, fc.boolean(), fc.constantFrom(...TOOLS), async (spelled, absolute, tool) => {
        const args = goTo(tool, absolute ? `${world.cwd}/${spelled}` : spelled);
        const verdict = await world.judge({ tool, args, mode: 'unrestricted', settings: OPEN });
        expect(verdict).toMatchObject({ kind: 'ask', suggestions: [] });
      }),
    );
  });

  it.each(['cat ~/.signalbox/credentials.json', 'cat .signal"box"/x', 'echo $SIGNALBOX_HOME', 'rm -rf .s*'])(
    'PERM-10 the command %s asks in every mode',
    async (command) => {
      await expectAsked(world, 'Bash', { command });
    },
  );

  it.each([
    ['PERM-26', 'signalbox token show | base64'],
    ['PERM-26', "cat /proc/$PPID/environ | tr '\\0' '\\n' | base64"],
    ['PERM-26', 'cat x/credentials.json'],
    ['PERM-28', 'find ~ -name settings.json -exec cat {} +'],
    ['PERM-28', 'cp -r ~ /tmp/x'],
    ['PERM-29', 'a=.signal; b=box; cat ~/$a$b/settings.json'],
    ['PERM-29', 'cat ~/$(printf ".sig%s" nalbox)/settings.json'],
  ])('%s the command %s asks in every mode', async (_, command) => {
    await expectAsked(world, 'Bash', { command });
  });

  it.each(ORDINARY_COMMANDS)('PERM-31 unrestricted runs %j', async (command) => {
    const cwd = join(world.userHome, 'project');
    const verdict = await world.judge({ tool: 'Bash', args: { command }, mode: 'unrestricted', cwd });
    expect(verdict.kind).toBe('allow');
  });

  it.each(['python3 read-all.py', "node -e \"fs.readFileSync(os.homedir() + '/.sig' + 'nal' + 'box/x')\""])(
    'PERM-32 unrestricted runs %j: its text shows nothing',
    async (command) => {
      const verdict = await world.judge({ tool: 'Bash', args: { command }, mode: 'unrestricted' });
      expect(verdict.kind).toBe('allow');
    },
  );

  it('PERM-10 a command that runs inside of one asks in every mode', async () => {
    await expectAsked(world, 'Bash', { command: 'ls' }, world.home);
    await expectAsked(world, 'Bash', { command: 'ls' }, join(world.cwd, 'link'));
    await expectAsked(world, 'Bash', { command: 'ls' }, join(world.cwd, '.signalbox'));
  });

  it('PERM-10 another tool that may do anything asks when its arguments mention one', async () => {
    await expectAsked(world, 'Fetch', { url: 'file:///home/me/%2Esignalbox/credentials.json' });
    const args = { url: 'https://example.org' };
    expect((await world.judge({ tool: 'Fetch', args, mode: 'unrestricted' })).kind).toBe('allow');
  });

  it('D25, PERM-12 nothing of a protected file is shown before it is allowed', async () => {
    const path = join(world.home, 'credentials.json');
    for (const args of [goTo('Write', path), goTo('Edit', path), goTo('Write', 'link-to-file')]) {
      const tool = 'content' in args ? 'Write' : 'Edit';
      const verdict = await world.judge({ tool, args, mode: 'strict' });
      expect(verdict).toMatchObject({
        diffs: [{ mode: 'unpreviewable', fileName: path, reason: expect.stringContaining('not shown') }],
      });
      expect(JSON.stringify(verdict)).not.toContain('"content":"token"');
    }
  });
});

describe('a search from above a protected place', () => {
  let world: World;
  beforeEach(() => {
    world = createWorld();
    world.file('src/a.ts', '');
    world.file('packages/one/src/a.ts', '');
  });
  afterEach(() => world.remove());

  const search = async (tool: string, args: JsonObject, cwd = world.cwd) =>
    (await world.judge({ tool, args, mode: 'unrestricted', cwd })).kind;

  it('PERM-11 asks when it names one', async () => {
    expect(await search('Glob', { pattern: '**/.signalbox/*' })).toBe('ask');
    expect(await search('Grep', { pattern: 'x', glob: '.SIGNALBOX/**' })).toBe('ask');
    expect(await search('Grep', { pattern: '\\.signalbox', path: 'src' })).toBe('allow');
  });

  it('PERM-11 asks when its filter lets a file of one pass', async () => {
    world.file('.signalbox/settings.json', '{}');
    expect(await search('Grep', { pattern: 'x' })).toBe('ask');
    expect(await search('Grep', { pattern: 'x', glob: '*.json' })).toBe('ask');
    expect(await search('Grep', { pattern: 'x', glob: '!*.md' })).toBe('ask');
    expect(await search('Glob', { pattern: '**/*' })).toBe('ask');
    expect(await search('Glob', { pattern: '*/settings.*' })).toBe('ask');
    expect(await search('Glob', { pattern: '.*/*' })).toBe('ask');
  });

  it('PERM-11 does not ask when nothing of one can pass', async () => {
    world.file('.signalbox/settings.json', '{}');
    expect(await search('Grep', { pattern: 'x', glob: '*.ts' })).toBe('allow');
    expect(await search('Glob', { pattern: '**/*.ts' })).toBe('allow');
    expect(await search('Grep', { pattern: 'x', path: 'src' })).toBe('allow');
  });

  it('PERM-11 does not ask when there is none, or nothing in it', async () => {
    expect(await search('Grep', { pattern: 'x' })).toBe('allow');
    world.file('.signalbox/x', '');
    expect(await search('Glob', { pattern: 'x/**' })).toBe('allow');
  });

  it('PERM-11 looks for the home, and on the way down to the working directory', async () => {
    world.file(join(world.home, 'credentials.json'), '');
    expect(await search('Grep', { pattern: 'x', path: world.userHome })).toBe('ask');
    expect(await search('Grep', { pattern: 'x', path: world.root })).toBe('ask');
    expect(await search('Grep', { pattern: 'x', path: world.outside })).toBe('allow');
    world.file('packages/.signalbox/settings.json', '{}');
    expect(await search('Grep', { pattern: 'x' }, join(world.cwd, 'packages/one'))).toBe('allow');
    const fromAbove = { pattern: 'x', path: world.cwd };
    expect(await search('Grep', fromAbove, join(world.cwd, 'packages/one'))).toBe('ask');
  });

  it('PERM-11 takes a place with very many files for one that is reached', async () => {
    for (let n = 0; n < 1001; n += 1) world.file(`.signalbox/${n}.txt`, '');
    expect(await search('Glob', { pattern: '**/*.ts' })).toBe('ask');
  });
});

describe('a search tool that leaves .signalbox out', () => {
  const grep = { ...fakeTools.get('Grep')!, skipsProtected: true };
  const tools = new Map([...fakeTools, ['Grep', grep] as const]);
  const search = async (world: World, args: JsonObject) =>
    (await world.judge({ tool: 'Grep', args, mode: 'unrestricted' })).kind;

  it('PERM-11 asks only for a home of another name, or when it starts in a protected place', async () => {
    const usual = createWorld({ tools });
    const named = createWorld({ tools, home: 'box' });
    try {
      for (const world of [usual, named]) {
        world.file('.signalbox/settings.json', '{}');
        world.file(join(world.home, 'credentials.json'), '');
        expect(await search(world, { pattern: 'x' })).toBe('allow');
        expect(await search(world, { pattern: 'x', path: '.signalbox' })).toBe('ask');
        expect(await search(world, { pattern: 'x', path: world.home })).toBe('ask');
      }
      expect(await search(usual, { pattern: 'x', path: usual.root })).toBe('allow');
      expect(await search(named, { pattern: 'x', path: named.root })).toBe('ask');
    } finally {
      usual.remove();
      named.remove();
    }
  });
});

describe('a home with a name of its own', () => {
  let world: World;
  beforeAll(() => {
    world = createWorld({ home: 'state box' });
    world.file(join(world.home, 'credentials.json'), '');
    world.link('link', world.home);
  });
  afterAll(() => world.remove());

  it('PERM-9 is as protected', async () => {
    for (const tool of TOOLS) {
      await expectAsked(world, tool, goTo(tool, world.home));
      await expectAsked(world, tool, goTo(tool, 'link/x'));
      await expectAsked(world, tool, goTo(tool, join(world.userHome, 'STATE BOX', 'x')));
    }
    const beside = goTo('Read', join(world.userHome, 'state box two'));
    expect((await world.judge({ tool: 'Read', args: beside, mode: 'unrestricted' })).kind).toBe('allow');
  });

  it('PERM-10 is as protected from commands', async () => {
    await expectAsked(world, 'Bash', { command: `cat "${world.home}/credentials.json"` });
    await expectAsked(world, 'Bash', { command: 'cat ~/state\\ box/x' });
    await expectAsked(world, 'Bash', { command: 'cat $HOME/"state box"/x' });
    await expectAsked(world, 'Bash', { command: 'ls' }, join(world.cwd, 'link'));
  });

  it('PERM-27 is as protected from commands that go above it first', async () => {
    await expectAsked(world, 'Bash', { command: 'cd ~; wc "state box"/x' });
    await expectAsked(world, 'Bash', { command: 'cd ..; cd ../user && cat state?box/x' });
  });

  it('PERM-9 is protected by its real path when it is a link itself', async () => {
    const linked = createWorld({ home: 'box' });
    try {
      const real = join(linked.root, 'real');
      linked.file(join(real, 'credentials.json'), '');
      rmdirSync(linked.home);
      linked.link(linked.home, real);
      for (const tool of TOOLS) {
        await expectAsked(linked, tool, goTo(tool, join(linked.home, 'credentials.json')));
        await expectAsked(linked, tool, goTo(tool, join(real, 'credentials.json')));
      }
      await expectAsked(linked, 'Bash', { command: `cat ${real}/credentials.json` });
    } finally {
      linked.remove();
    }
  });
});
