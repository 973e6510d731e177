import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownSecrets } from '../../../actors/secrets/known-secrets.ts';
import { tools } from '../../../actors/tools/catalogue.ts';
import type { JsonObject } from '../../../machines/ports.ts';
import { createWorld, MODES, type World } from './world.ts';

let world: World;
beforeAll(() => {
  world = createWorld({ tools });
});
afterAll(() => world.remove());

async function run(name: string, args: JsonObject) {
  const context = {
    callId: 'call-1',
    cwd: world.cwd,
    effect: await tools.get(name)!.effect(args, world.cwd),
    mark: 'host/call-1',
    env: {},
    secrets: knownSecrets({}),
    signal: new AbortController().signal,
    output: () => {},
  };
  return tools.get(name)!.run(args, context);
}

describe('the judge with the tools of the host', () => {
  it.each(MODES)('PERM-4, PERM-5, PERM-6, PERM-7 hold for them: %s', async (mode) => {
    const calls: [string, JsonObject, Record<typeof mode, string>][] = [
      [
        'Bash',
        { command: 'ls' },
        { standard: 'ask', acceptEdits: 'ask', unrestricted: 'allow', strict: 'ask' },
      ],
      [
        'Read',
        { file_path: 'a' },
        { standard: 'allow', acceptEdits: 'allow', unrestricted: 'allow', strict: 'ask' },
      ],
      [
        'Grep',
        { pattern: 'a' },
        { standard: 'allow', acceptEdits: 'allow', unrestricted: 'allow', strict: 'ask' },
      ],
      [
        'Glob',
        { pattern: 'a' },
        { standard: 'allow', acceptEdits: 'allow', unrestricted: 'allow', strict: 'ask' },
      ],
      [
        'Write',
        { file_path: 'a', content: '' },
        { standard: 'ask', acceptEdits: 'allow', unrestricted: 'allow', strict: 'ask' },
      ],
    ];
    for (const [tool, args, expected] of calls) {
      expect((await world.judge({ tool, args, mode })).kind).toBe(expected[mode]);
    }
  });

  it.each([
    ['a line', 'one\ntwo\nthree\n', { old_string: 'two', new_string: '2' }],
    ['line endings that differ', 'one\r\ntwo\r\n', { old_string: 'one\ntwo', new_string: '1\n2' }],
    ['every place', 'a b a\n', { old_string: 'a', new_string: 'aa', replace_all: true }],
    ['no single place', 'a b a\n', { old_string: 'a', new_string: 'aa' }],
    ['nothing', 'a\n', { old_string: 'b', new_string: 'c' }],
    ['an empty file', '', { old_string: '', new_string: 'new\n' }],
  ])('PERM-21 the preview of an Edit is what Edit does: %s', async (_, before, edit) => {
    const path = world.file('edited.txt', before);
    const args = { file_path: 'edited.txt', ...edit };
    const verdict = await world.judge({ tool: 'Edit', args });
    const shown = verdict.kind === 'ask' ? verdict.diffs[0] : undefined;

    const outcome = await run('Edit', args);
    expect(shown?.mode).toBe(outcome.status === 'success' ? 'advanced' : 'unpreviewable');
    if (shown?.mode !== 'advanced') return;
    const after = readFileSync(path, 'utf8').split('\n');
    const added = shown.hunks.flatMap(({ lines }) => lines.filter(({ type }) => type === 'add'));
    for (const { content } of added) expect(after).toContain(content);
    expect(added.length).toBeGreaterThan(0);
  });

  it('changes nothing by judging', async () => {
    await world.judge({ tool: 'Write', args: { file_path: 'unborn/x.txt', content: 'x' } });
    expect(existsSync(`${world.cwd}/unborn`)).toBe(false);
  });
});
