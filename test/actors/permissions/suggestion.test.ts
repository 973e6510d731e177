import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Suggestion } from '../../../machines/ports.ts';
import { type Asked, createWorld, goTo, MODES, type World } from './world.ts';

let world: World;
beforeAll(() => {
  world = createWorld();
});
afterAll(() => world.remove());

async function offered(asked: Asked): Promise<Suggestion[]> {
  const verdict = await world.judge(asked);
  if (verdict.kind !== 'ask') throw new Error(`not asked but ${verdict.kind}`);
  return verdict.suggestions;
}

describe('what is offered beside "allow"', () => {
  it('PERM-20 for a command: exactly that command, in that directory', async () => {
    const command = 'npm test -- "a b"\necho done';
    expect(await offered({ tool: 'Bash', args: { command } })).toEqual([
      {
        id: 'save-default',
        text: `Always allow exactly: ${command}`,
        rule: { tool: 'Bash', command, cwd: world.cwd },
      },
    ]);
  });

  it.each(['Write', 'Edit', 'Read'])('PERM-20 for %s: exactly that file, by its real path', async (tool) => {
    const path = join(world.outside, `${tool}.txt`);
    world.link(`to-${tool}`, path);
    expect(await offered({ tool, args: goTo(tool, `to-${tool}`) })).toEqual([
      { id: 'save-default', text: `Always allow ${tool} for exactly: ${path}`, rule: { tool, path } },
    ]);
  });

  it.each(['Glob', 'Grep', 'Fetch'])('PERM-20 nothing for %s', async (tool) => {
    const args = tool === 'Fetch' ? { url: 'https://example.org' } : goTo(tool, world.outside);
    expect(await offered({ tool, args })).toEqual([]);
  });

  it('PERM-20 nothing for a command too long to be read', async () => {
    const long = 'x'.repeat(2001);
    expect(await offered({ tool: 'Bash', args: { command: long } })).toEqual([]);
    expect(await offered({ tool: 'Bash', args: { command: long.slice(1) } })).toHaveLength(1);
  });

  it('PERM-20 nothing where saving it would not spare the next question', async () => {
    const bash = { tool: 'Bash', args: { command: 'ls' } };
    expect(await offered({ ...bash, mode: 'strict' })).toEqual([]);
    expect(await offered({ ...bash, settings: { alwaysAsk: ['Bash'] } })).toEqual([]);
    expect(await offered({ ...bash, settings: { deny: ['Bash('] } })).toEqual([]);
    expect(await offered({ ...bash, settings: { ask: ['Bash'] } })).toHaveLength(1);
  });

  it('PERM-20 what is offered, once saved, allows the same call', async () => {
    const asked = [
      { tool: 'Bash', args: { command: 'ls -la' } },
      ...['Write', 'Edit'].map((tool) => ({ tool, args: goTo(tool, 'b.txt') })),
      ...['Write', 'Edit', 'Read'].map((tool) => ({ tool, args: goTo(tool, join(world.outside, 'b.txt')) })),
    ];
    for (const mode of MODES) {
      for (const call of asked) {
        const verdict = await world.judge({ ...call, mode });
        if (verdict.kind !== 'ask') continue;
        for (const { rule } of verdict.suggestions) {
          expect((await world.judge({ ...call, mode, rules: [rule] })).kind).toBe('allow');
        }
      }
    }
  });
});
