import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Asked, createWorld, goTo, type World } from './world.ts';

type Settings = NonNullable<Asked['settings']>;

let world: World;
beforeAll(() => {
  world = createWorld();
  world.file('src/a.ts', '');
  world.file('secret/key', '');
  world.link('alias', join(world.cwd, 'secret'));
  world.file(join(world.outside, 'a.txt'), '');
  world.link('to-outside', world.outside);
});
afterAll(() => world.remove());

const kind = async (asked: Asked) => (await world.judge(asked)).kind;
const go = (tool: string, path: string, settings: Settings) =>
  kind({ tool, args: goTo(tool, path), settings });

describe('rules of settings for files', () => {
  it('PERM-13 a pattern is relative to the working directory, absolute, or in the home of the user', async () => {
    expect(await go('Write', 'src/b.ts', { allow: ['Write(src/*.ts)'] })).toBe('allow');
    expect(await go('Write', 'src/b.ts', { allow: ['Write(./src/**)'] })).toBe('allow');
    expect(await go('Write', 'src/b.ts', { allow: [`Write(/${world.cwd}/**)`] })).toBe('allow');
    expect(await go('Write', join(world.userHome, 'x/y'), { allow: ['Write(~/x/*)'] })).toBe('allow');
    expect(await go('Write', 'src/b.js', { allow: ['Write(src/*.ts)'] })).toBe('ask');
    expect(await go('Edit', 'src/b.ts', { allow: ['Write(src/*.ts)'] })).toBe('ask');
  });

  it('PERM-14 an allow rule goes by where the file really is', async () => {
    expect(await go('Write', 'to-outside/b', { allow: ['Write(**)'] })).toBe('ask');
    expect(await go('Write', 'to-outside/b', { allow: ['Write(to-outside/**)'] })).toBe('allow');
    expect(await go('Write', 'to-outside/b', { allow: [`Write(/${world.outside}/*)`] })).toBe('allow');
    expect(await go('Write', '../b', { allow: ['Write(**)', 'Write(*)', 'Write(**/b)'] })).toBe('ask');
    expect(await go('Write', 'src/deep/b.ts', { allow: ['Write(src/*)', 'Write(src)'] })).toBe('ask');
  });

  it.each(['deny', 'alwaysAsk', 'ask'] as const)(
    'PERM-14 a rule of %s holds for every way to the file',
    async (list) => {
      const held = list === 'deny' ? 'deny' : 'ask';
      const settings = { [list]: ['Read(secret/**)'] };
      for (const path of ['secret/key', 'alias/key', 'alias', './src/../secret/key', 'secret/new/deep']) {
        expect(await go('Read', path, settings)).toBe(held);
      }
      expect(await go('Read', 'alias/key', { [list]: ['Read(alias)'] })).toBe(held);
      expect(await go('Read', 'secret/key', { [list]: ['Read(alias)'] })).toBe(held);
      expect(await go('Read', 'secret/key', { [list]: ['Read(secret/)'] })).toBe(held);
      expect(await go('Read', 'src/a.ts', settings)).toBe('allow');
    },
  );

  it('PERM-14 a tree without a beginning is restricted wherever it is', async () => {
    const settings = { deny: ['Read(**/.env)'] };
    expect(await go('Read', 'a/.env', settings)).toBe('deny');
    expect(await go('Read', '.env', settings)).toBe('deny');
    expect(await go('Read', join(world.outside, '.env'), settings)).toBe('deny');
    expect(await go('Write', join(world.outside, '.env'), { allow: ['Write(**/.env)'] })).toBe('ask');
  });

  it('PERM-15 a search of a directory asks when it can come to what a rule denies', async () => {
    const settings = { deny: ['Grep(secret/**)'] };
    const grep = { tool: 'Grep', settings, mode: 'unrestricted' } as const;
    expect(await kind({ ...grep, args: { pattern: 'x' } })).toBe('ask');
    expect(await kind({ ...grep, args: { pattern: 'x', path: 'secret' } })).toBe('deny');
    expect(await kind({ ...grep, args: { pattern: 'x', path: 'alias/deep' } })).toBe('deny');
    expect(await kind({ ...grep, args: { pattern: 'x', path: 'src' } })).toBe('allow');
    expect(await kind({ tool: 'Grep', args: { pattern: 'x' }, settings: { ask: ['Grep(secret)'] } })).toBe(
      'ask',
    );
  });

  it('PERM-13 a rule for a directory allows a search of it', async () => {
    const settings = { allow: [`Grep(/${world.outside}/**)`] };
    expect(await go('Grep', world.outside, settings)).toBe('allow');
    expect(await go('Grep', join(world.outside, 'deep'), settings)).toBe('allow');
    expect(await go('Grep', world.root, settings)).toBe('ask');
  });
});

describe('rules of settings for commands', () => {
  const bash = (command: string, settings: Settings) => kind({ tool: 'Bash', args: { command }, settings });

  it('PERM-16 an allow rule allows the command it spells, and no other', async () => {
    const settings = { allow: ['Bash(git diff)'] };
    expect(await bash('git diff', settings)).toBe('allow');
    for (const command of [
      'git diff ',
      'git diff && rm -rf x',
      'git  diff',
      'git diff --stat',
      ' git diff',
    ]) {
      expect(await bash(command, settings)).toBe('ask');
    }
    expect(await bash('anything', { allow: ['Bash'] })).toBe('allow');
  });

  it('D11 an allowed prefix allows nothing and says why', async () => {
    const settings = { allow: ['Bash(git diff:*)'] };
    for (const command of ['git diff', 'git diff && rm -rf x']) {
      const verdict = await world.judge({ tool: 'Bash', args: { command }, settings });
      expect(verdict).toMatchObject({ kind: 'ask', reason: expect.stringContaining('"Bash(git diff:*)"') });
    }
  });

  it('PERM-17 a prefix restricts wherever it stands', async () => {
    const settings = { deny: ['Bash(rm -rf:*)'] };
    expect(await bash('git diff && rm -rf x', settings)).toBe('deny');
    expect(await bash('bash -c "rm  -rf x"', settings)).toBe('deny');
    expect(await bash('r\\m -rf x', settings)).toBe('deny');
    expect(await bash('farm -rf x', settings)).toBe('ask');
  });
});

describe('a broken rule', () => {
  it.each(['deny', 'alwaysAsk'] as const)('PERM-18 in %s makes every call ask and is named', async (list) => {
    const settings = { [list]: ['Bash(rm'], allow: ['Bash'] };
    for (const tool of ['Read', 'Write', 'Bash', 'Fetch']) {
      const args = { Bash: { command: 'ls' }, Fetch: { url: 'x' } }[tool] ?? goTo(tool, 'src/a.ts');
      const verdict = await world.judge({ tool, args, settings, mode: 'unrestricted' });
      expect(verdict).toMatchObject({ kind: 'ask', reason: expect.stringContaining('"Bash(rm"') });
    }
  });

  it('PERM-18 in ask makes what would be allowed by default ask', async () => {
    expect(await go('Read', 'src/a.ts', { ask: ['Reed(src)'] })).toBe('ask');
    expect(
      await kind({ tool: 'Bash', args: { command: 'ls' }, settings: { ask: [''], allow: ['Bash'] } }),
    ).toBe('allow');
  });

  it('PERM-18 in allow allows nothing and is named with the question it did not spare', async () => {
    const settings = { allow: ['Bash(npm:*)', 'Reed', 'Bash(ls)'] };
    const verdict = await world.judge({ tool: 'Bash', args: { command: 'npm test' }, settings });
    const reason = verdict.kind === 'ask' ? verdict.reason : '';
    expect(reason).toContain('"Bash(npm:*)"');
    expect(reason).toContain('"Reed"');
    expect(await kind({ tool: 'Bash', args: { command: 'ls' }, settings })).toBe('allow');
  });

  it('PERM-18 settings that cannot be read may have denied anything', async () => {
    const settings = { problems: ['/x/settings.json: no JSON'], allow: ['Bash'], deny: ['Bash(rm:*)'] };
    const ls = await world.judge({ tool: 'Bash', args: { command: 'ls' }, settings, mode: 'unrestricted' });
    expect(ls).toMatchObject({
      kind: 'ask',
      reason: expect.stringContaining('/x/settings.json'),
      suggestions: [],
    });
    expect(await kind({ tool: 'Bash', args: { command: 'rm x' }, settings })).toBe('deny');
  });

  it('PERM-18 does not weaken the rules beside it', async () => {
    const settings = { deny: ['Bash(', 'Bash(rm:*)'] };
    expect(await kind({ tool: 'Bash', args: { command: 'rm x' }, settings })).toBe('deny');
  });
});
