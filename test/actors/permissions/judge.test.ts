import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mode } from '../../../machines/ports.ts';
import { createWorld, goTo, MODES, type World } from './world.ts';

let world: World;
beforeAll(() => {
  world = createWorld();
  world.file('a.txt', 'old\n');
  world.file(join(world.outside, 'a.txt'), 'old\n');
  world.file(join(world.cwd, '../project-two/a.txt'), 'old\n');
  world.link('way-out', world.outside);
  world.link('way-out.txt', join(world.outside, 'new.txt'));
  world.link(join(world.outside, 'way-in'), world.cwd);
});
afterAll(() => world.remove());

const READING = ['Read', 'Glob', 'Grep'];
const EDITING = ['Write', 'Edit'];

/** Where a call may go, and whether that is inside. */
const PLACES: [string, () => string, boolean][] = [
  ['a file of the project', () => 'a.txt', true],
  ['the same, absolute', () => join(world.cwd, 'a.txt'), true],
  ['a file that is not there yet', () => 'new/deep/b.txt', true],
  ['a detour that comes back', () => '../project/a.txt', true],
  ['a link from outside to inside', () => join(world.outside, 'way-in/a.txt'), true],
  ['a file outside', () => join(world.outside, 'a.txt'), false],
  ['the directory above', () => '..', false],
  ['a directory whose name begins like ours', () => '../project-two/a.txt', false],
  ['a link to outside', () => 'way-out/a.txt', false],
  ['a new file behind a link to outside', () => 'way-out/new/b.txt', false],
  ['a link to a file that is not there', () => 'way-out.txt', false],
  ['the root', () => '/', false],
];

function expected(tool: string, mode: Mode, inside: boolean): 'allow' | 'ask' {
  if (mode === 'unrestricted') return 'allow';
  if (mode === 'strict' || !inside) return 'ask';
  if (READING.includes(tool)) return 'allow';
  return mode === 'acceptEdits' ? 'allow' : 'ask';
}

describe.each(MODES)('%s mode', (mode) => {
  describe.each([...READING, ...EDITING])('%s', (tool) => {
    it.each(PLACES)(
      'PERM-4, PERM-5, PERM-6, PERM-7, PERM-8 go by where it leads: %s',
      async (_, place, inside) => {
        const verdict = await world.judge({ tool, args: goTo(tool, place()), mode });
        expect(verdict.kind).toBe(expected(tool, mode, inside));
      },
    );
  });

  it.each(['Bash', 'Fetch'])('PERM-4, PERM-5, PERM-6, PERM-7 for %s', async (tool) => {
    const args = tool === 'Bash' ? { command: 'npm test' } : { url: 'https://example.org' };
    const verdict = await world.judge({ tool, args, mode });
    expect(verdict.kind).toBe(mode === 'unrestricted' ? 'allow' : 'ask');
  });

  it('PERM-4, PERM-7 a search without a path is in the working directory', async () => {
    const verdict = await world.judge({ tool: 'Grep', args: { pattern: 'x' }, mode });
    expect(verdict.kind).toBe(mode === 'strict' ? 'ask' : 'allow');
  });
});

describe('where a call goes', () => {
  it('D11 a sibling directory with a longer name is not inside, also for an additional directory', async () => {
    const settings = { additionalDirectories: [join(world.root, 'work', 'proj')] };
    const args = { file_path: join(world.root, 'work', 'project-two', 'a.txt') };
    expect((await world.judge({ tool: 'Read', args, settings })).kind).toBe('ask');
  });

  it('D11 reading outside the working directory asks', async () => {
    const verdict = await world.judge({ tool: 'Read', args: { file_path: '/etc/hosts' } });
    expect(verdict).toMatchObject({ kind: 'ask', reason: expect.stringContaining('is outside') });
  });

  it.each([
    ['absolute', () => world.outside],
    ['relative to the working directory', () => '../../outside'],
    ['through a link', () => join(world.cwd, 'way-out')],
  ])('PERM-8 an additional directory, %s, counts as inside', async (_, directory) => {
    const settings = { additionalDirectories: [directory()] };
    const args = goTo('Write', join(world.outside, 'b.txt'));
    expect((await world.judge({ tool: 'Write', args, mode: 'acceptEdits', settings })).kind).toBe('allow');
    expect((await world.judge({ tool: 'Read', args: goTo('Read', '/etc/hosts'), settings })).kind).toBe(
      'ask',
    );
  });

  it('PERM-8 an additional directory may be in the home of the user', async () => {
    const settings = { additionalDirectories: ['~/notes'] };
    const args = goTo('Read', join(world.userHome, 'notes', 'a'));
    expect((await world.judge({ tool: 'Read', args, settings })).kind).toBe('allow');
  });

  it.each(['../*', '/etc/*', '../../**/x', '{.,..}/*', '{a,/etc}/*', 'way-out/*', '.{.,x}/*'])(
    'PERM-8 the Glob pattern %s leaves the directory it starts in',
    async (pattern) => {
      expect((await world.judge({ tool: 'Glob', args: { pattern } })).kind).toBe('ask');
    },
  );

  it.each(['*', '**/*.ts', 'src/*', './a/**', '{a,b}/*.ts', '*.{ts,tsx}', 'a..b/*', join('new', '..', '*')])(
    'PERM-8 the Glob pattern %s stays there',
    async (pattern) => {
      expect((await world.judge({ tool: 'Glob', args: { pattern } })).kind).toBe('allow');
    },
  );

  it('hands on what the tool says it touches', async () => {
    const file = join(world.cwd, 'a.txt');
    const read = await world.judge({ tool: 'Read', args: { file_path: 'a.txt' } });
    expect(read).toMatchObject({ kind: 'allow', effect: { kind: 'reads', files: [file] } });
    const bash = await world.judge({ tool: 'Bash', args: { command: 'ls' } });
    expect(bash).toMatchObject({ kind: 'ask', effect: { kind: 'anything' } });
  });
});
