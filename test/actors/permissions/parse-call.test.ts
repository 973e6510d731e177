import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, MODES, type World } from './world.ts';

let world: World;
beforeAll(() => {
  world = createWorld();
});
afterAll(() => world.remove());

async function refusal(tool: string, args: Parameters<World['judge']>[0]['args']): Promise<string> {
  const verdict = await world.judge({ tool, args, mode: 'unrestricted' });
  return verdict.kind === 'invalid' ? verdict.reason : `not refused but ${verdict.kind}`;
}

describe('arguments', () => {
  it.each(['', '{', 'undefined', "{'command':'ls'}", '{"command":"ls"} x'])(
    'PERM-1 %j is no JSON',
    async (text) => {
      expect(await refusal('Bash', text)).toMatch(/^Bash: the arguments are not valid JSON \(.+\)/);
    },
  );

  it.each(['null', '[]', '"ls"', '7'])('PERM-1 %s is no set of arguments', async (text) => {
    expect(await refusal('Bash', text)).toMatch(
      /^Bash: the arguments do not fit. arguments: .*expected object/,
    );
  });

  it('PERM-1 the reason names each field and its problem', async () => {
    const reason = await refusal('Edit', { file_path: 7, new_string: 'x', replace_all: 'yes' });
    expect(reason).toMatch(/file_path: .*expected string, received number/);
    expect(reason).toMatch(/old_string: .*expected string, received undefined/);
    expect(reason).toMatch(/replace_all: .*expected boolean/);
    expect(reason).not.toMatch(/new_string/);
  });

  it('PERM-1 an argument that the tool does not have is named', async () => {
    expect(await refusal('Bash', { command: 'ls', comand: 'ls' })).toMatch(/comand/);
  });

  it('PERM-1 nothing is converted to make it fit', async () => {
    expect(await refusal('Bash', { command: 'ls', timeout: '5' })).toMatch(/timeout: .*expected/);
    expect(await refusal('Bash', { command: null })).toMatch(/command/);
  });

  it('PERM-1 many problems are counted, not listed', async () => {
    const many = Object.fromEntries(Array.from({ length: 3 }, (_, n) => [`extra${n}`, n]));
    const reason = await refusal('Edit', {
      ...many,
      file_path: 1,
      old_string: 2,
      new_string: 3,
      replace_all: 4,
    });
    expect(reason.length).toBeLessThan(1000);
  });

  it('PERM-1 the arguments of a verdict are those that were written', async () => {
    const args = { command: 'ls "a b"', timeout: 5 };
    expect(await world.judge({ tool: 'Bash', args })).toMatchObject({ kind: 'ask', args });
  });

  it('PERM-1 comes before any rule', async () => {
    for (const mode of MODES) {
      const asked = { tool: 'Bash', args: '{', mode, settings: { deny: ['Bash'], allow: ['Bash'] } };
      expect((await world.judge(asked)).kind).toBe('invalid');
    }
  });

  it('PERM-1 a path that no system can open is refused', async () => {
    expect(await refusal('Read', { file_path: 'a\0b' })).toMatch(/"a\\u0000b" holds a NUL character/);
    expect(await refusal('Write', { file_path: 'a/'.repeat(3000), content: '' })).toMatch(/6000 characters/);
    expect(await refusal('Glob', { pattern: '*', path: '\0' })).toMatch(/NUL/);
  });

  it('PERM-2 a tool that is not here is refused with the names of those that are', async () => {
    const reason = await refusal('Teleport', {});
    expect(reason).toBe(
      'There is no tool named "Teleport". The tools are: Bash, Edit, Fetch, Glob, Grep, Read, Write.',
    );
    expect(await refusal('__proto__', {})).toMatch(/no tool named/);
  });
});
