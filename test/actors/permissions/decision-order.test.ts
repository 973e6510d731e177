import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SavedRule } from '../../../machines/ports.ts';
import { type Asked, createWorld, MODES, type World } from './world.ts';

let world: World;
beforeAll(() => {
  world = createWorld();
});
afterAll(() => world.remove());

const bash = (command = 'npm test', more: Partial<Asked> = {}): Asked => ({
  tool: 'Bash',
  args: { command },
  ...more,
});
const kind = async (asked: Asked) => (await world.judge(asked)).kind;
const savedBash = (command = 'npm test'): SavedRule => ({ tool: 'Bash', command, cwd: world.cwd });

describe('the order of decisions', () => {
  it('PERM-3 a deny rule comes before all else, in every mode', async () => {
    const settings = { deny: ['Bash(npm:*)'], allow: ['Bash'], alwaysAsk: ['Bash'] };
    for (const mode of MODES) {
      const verdict = await world.judge(bash('npm test', { mode, settings, rules: [savedBash()] }));
      expect(verdict).toEqual({ kind: 'deny', reason: 'Denied by the rule Bash(npm:*) of settings.' });
      expect(await kind(bash('cat .signalbox/x; npm test', { mode, settings }))).toBe('deny');
    }
  });

  it('PERM-3 a protected place comes before the mode, saved rules and allow rules', async () => {
    const command = 'cat .signalbox/settings.json';
    for (const mode of MODES) {
      const asked = bash(command, { mode, settings: { allow: ['Bash'] }, rules: [savedBash(command)] });
      expect(await kind(asked)).toBe('ask');
    }
  });

  it('PERM-3 an alwaysAsk rule comes before the mode, saved rules and allow rules', async () => {
    const settings = { alwaysAsk: ['Bash(npm:*)'], allow: ['Bash'] };
    for (const mode of MODES) {
      expect(await kind(bash('npm test', { mode, settings, rules: [savedBash()] }))).toBe('ask');
    }
    expect(await kind(bash('ls', { mode: 'unrestricted', settings }))).toBe('allow');
  });

  it('PERM-3 the mode comes before saved rules, allow rules and ask rules', async () => {
    const open = { settings: { allow: ['Bash'] }, rules: [savedBash()] };
    expect(await kind(bash('npm test', { mode: 'strict', ...open }))).toBe('ask');
    const closed = { settings: { ask: ['Bash', 'Write'] } };
    expect(await kind(bash('npm test', { mode: 'unrestricted', ...closed }))).toBe('allow');
    const write = { tool: 'Write', args: { file_path: 'a', content: '' }, mode: 'acceptEdits' } as const;
    expect(await kind({ ...write, ...closed })).toBe('allow');
  });

  it('PERM-3 a saved rule comes before ask rules, an allow rule too', async () => {
    for (const mode of ['standard', 'acceptEdits'] as const) {
      const settings = { ask: ['Bash'] };
      expect(await kind(bash('npm test', { mode, settings, rules: [savedBash()] }))).toBe('allow');
      expect(await kind(bash('npm test', { mode, settings: { ...settings, allow: ['Bash'] } }))).toBe(
        'allow',
      );
    }
  });

  it('PERM-3 an ask rule comes before what the mode does by default', async () => {
    const read = { tool: 'Read', args: { file_path: 'secret/a' } };
    expect(await kind(read)).toBe('allow');
    expect(await kind({ ...read, settings: { ask: ['Read(secret/**)'] } })).toBe('ask');
  });

  it('D14 the mode comes with the call, unrestricted like the others, and stays with it', async () => {
    for (const mode of ['unrestricted', 'standard', 'unrestricted', 'strict', 'unrestricted'] as const) {
      expect(await kind(bash('npm test', { mode }))).toBe(mode === 'unrestricted' ? 'allow' : 'ask');
    }
  });
});

describe('a saved rule', () => {
  it('D10 a rule saved in one conversation has no effect in another', async () => {
    const first = await world.judge(bash());
    const rules = first.kind === 'ask' ? first.suggestions.map(({ rule }) => rule) : [];
    expect(rules).toHaveLength(1);
    expect(await kind(bash('npm test', { rules }))).toBe('allow');
    expect(await kind(bash('npm test', { rules: [] }))).toBe('ask');
  });

  it('PERM-19 is for one command in one directory, letter by letter', async () => {
    const rules = [savedBash('npm test')];
    for (const command of [
      'npm test ',
      ' npm test',
      'npm  test',
      'npm test && rm -rf x',
      'NPM test',
      'npm tes',
    ]) {
      expect(await kind(bash(command, { rules }))).toBe('ask');
    }
    expect(await kind(bash('npm test', { rules, cwd: world.outside }))).toBe('ask');
  });

  it('PERM-19 is for one file and one tool', async () => {
    const rules = [{ tool: 'Write', path: join(world.cwd, 'a.txt') }];
    const write = (file_path: string) => kind({ tool: 'Write', args: { file_path, content: '' }, rules });
    expect(await write('a.txt')).toBe('allow');
    expect(await write('./x/../a.txt')).toBe('allow');
    expect(await write('a.txt/b')).toBe('ask');
    expect(await write('a.txtx')).toBe('ask');
    const edit = { tool: 'Edit', args: { file_path: 'a.txt', old_string: 'a', new_string: 'b' }, rules };
    expect(await kind(edit)).toBe('ask');
  });

  it('PERM-19 follows the file, not its name: a link put in its place asks', async () => {
    const rules = [{ tool: 'Write', path: join(world.cwd, 'moved.txt') }];
    const asked = { tool: 'Write', args: { file_path: 'moved.txt', content: '' }, rules };
    expect(await kind(asked)).toBe('allow');
    world.link('moved.txt', join(world.outside, 'elsewhere.txt'));
    expect(await kind(asked)).toBe('ask');
  });

  it('PERM-19 a rule of the wrong shape allows nothing', async () => {
    const path = { tool: 'Bash', path: world.cwd };
    const command = { tool: 'Write', command: 'x', cwd: world.cwd } as unknown as SavedRule;
    expect(await kind(bash('npm test', { rules: [path, command] }))).toBe('ask');
    expect(await kind({ tool: 'Write', args: { file_path: 'x', content: '' }, rules: [path, command] })).toBe(
      'ask',
    );
  });
});
