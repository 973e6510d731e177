import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { applyPatch, structuredPatch } from 'diff';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DiffPreview, JsonObject } from '../../../machines/ports.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(() => {
  world = createWorld();
});
afterAll(() => world.remove());

async function preview(tool: string, args: JsonObject): Promise<DiffPreview> {
  const verdict = await world.judge({ tool, args, mode: 'strict' });
  if (verdict.kind !== 'ask' || verdict.diffs[0] === undefined) throw new Error('nothing to preview');
  expect(verdict.diffs).toHaveLength(1);
  return verdict.diffs[0];
}
const write = (file_path: string, content: string) => preview('Write', { file_path, content });
const edit = (file_path: string, old_string: string, new_string: string, replace_all = false) =>
  preview('Edit', { file_path, old_string, new_string, replace_all });

/** The file after the preview, put together by another hand than ours. */
function apply(before: string, shown: DiffPreview): string | false {
  if (shown.mode !== 'advanced') return false;
  const marks = { context: ' ', add: '+', remove: '-' };
  const hunks = shown.hunks.map((hunk) => ({
    ...hunk,
    lines: hunk.lines.map(({ type, content }) => marks[type] + content),
  }));
  return applyPatch(before, { ...structuredPatch('', '', '', ''), hunks });
}

const lines = (count: number, line = (n: number) => `line ${n}`) =>
  Array.from({ length: count }, (_, n) => `${line(n)}\n`).join('');

describe('the preview of a change', () => {
  it('PERM-21 of an Edit shows three lines around it', async () => {
    world.file('ten.txt', lines(10));
    expect(await edit('ten.txt', 'line 5', 'five')).toEqual({
      mode: 'advanced',
      fileName: 'ten.txt',
      hunks: [
        {
          oldStart: 3,
          oldLines: 7,
          newStart: 3,
          newLines: 7,
          lines: [
            { type: 'context', content: 'line 2' },
            { type: 'context', content: 'line 3' },
            { type: 'context', content: 'line 4' },
            { type: 'remove', content: 'line 5' },
            { type: 'add', content: 'five' },
            { type: 'context', content: 'line 6' },
            { type: 'context', content: 'line 7' },
            { type: 'context', content: 'line 8' },
          ],
        },
      ],
    });
  });

  it('PERM-21 of a new file shows all of it as added', async () => {
    expect(await write('sub/new.txt', 'a\nb\n')).toEqual({
      mode: 'advanced',
      fileName: 'sub/new.txt',
      hunks: [
        {
          oldStart: 1,
          oldLines: 0,
          newStart: 1,
          newLines: 2,
          lines: [
            { type: 'add', content: 'a' },
            { type: 'add', content: 'b' },
          ],
        },
      ],
    });
    expect(await edit('sub/new.txt', '', 'a\n')).toMatchObject({ mode: 'advanced' });
  });

  it('PERM-21 names a file outside by its real path', async () => {
    world.link('away', world.outside);
    expect((await write('away/x', 'a')).fileName).toBe(join(world.outside, 'x'));
  });

  it('PERM-21 says nothing of a change that is none', async () => {
    world.file('same.txt', 'a\n');
    expect(await write('same.txt', 'a\n')).toMatchObject({ mode: 'advanced', hunks: [] });
  });

  it('PERM-21 replace_all shows every place', async () => {
    world.file('twice.txt', `x\n${lines(20)}x\n`);
    expect(await edit('twice.txt', 'x', '$& y', true)).toMatchObject({ hunks: [{}, {}] });
  });

  it('PERM-21 is exactly the change: applied to the file it gives what would be written', async () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', '', ' '), { maxLength: 30 }).map((all) => {
      return all.map((line) => `${line}\n`).join('');
    });
    await fc.assert(
      fc.asyncProperty(text, text, async (before, after) => {
        world.file('any.txt', before);
        expect(apply(before, await write('any.txt', after))).toBe(after);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['too many bytes before', 'x'.repeat(1_000_001), 'a'],
    ['too many bytes after', 'a', 'x'.repeat(1_000_001)],
    ['too many changed lines', lines(2001), ''],
  ])('PERM-22 falls back for %s', async (_, before, after) => {
    world.file('large.txt', before);
    expect(await write('large.txt', after)).toMatchObject({
      mode: 'fallback',
      fileName: 'large.txt',
      reason: expect.stringMatching(/^More than (1000000 bytes|2000 changed lines)/),
    });
  });

  it('PERM-22 shows a long file with few changes, and as many changed lines as the bound', async () => {
    world.file('long.txt', lines(20_000));
    expect(await edit('long.txt', 'line 9999\n', 'x\n')).toMatchObject({ mode: 'advanced' });
    world.file('bound.txt', '');
    expect(await write('bound.txt', lines(2000))).toMatchObject({ mode: 'advanced' });
  });

  it('PERM-22 an edit whose result would not fit into memory falls back', async () => {
    world.file('grows.txt', 'a'.repeat(1_000_000));
    const shown = await edit('grows.txt', 'a', 'b'.repeat(900_000), true);
    expect(shown).toMatchObject({ mode: 'fallback' });
  });

  it.each([
    ['has no match', 'absent', /old_string was not found/],
    ['has several', 'line', /matches 10 times/],
    ['has nothing to look for', '', /is empty, but/],
    ['changes nothing', 'new', /are equal/],
  ])('PERM-23 an edit that %s has no preview and says so', async (_, old, reason) => {
    world.file('lines.txt', lines(10));
    const shown = await edit('lines.txt', old, 'new');
    expect(shown).toMatchObject({ mode: 'unpreviewable', reason: expect.stringMatching(reason) });
  });

  it('PERM-23 an edit of a file that is not there has no preview', async () => {
    expect(await edit('none.txt', 'a', 'b')).toMatchObject({
      mode: 'unpreviewable',
      reason: `${join(world.cwd, 'none.txt')} does not exist.`,
    });
  });

  it.each([
    ['before, by a NUL', Buffer.from('a\0b'), 'text'],
    ['before, by its encoding', Buffer.from([0xff, 0xfe, 0x41]), 'text'],
    ['after', Buffer.from('text'), 'a\0b'],
  ])('PERM-23 a binary file has none: %s', async (_, before, after) => {
    world.file('binary', before);
    expect(await write('binary', after)).toMatchObject({
      mode: 'unpreviewable',
      reason: expect.stringContaining('is binary'),
    });
  });

  it('PERM-23 what is no regular file is not read', async () => {
    execFileSync('mkfifo', [join(world.cwd, 'pipe')]);
    expect(await write('pipe', 'x')).toMatchObject({ reason: expect.stringContaining('named pipe') });
    expect(await write('.', 'x')).toMatchObject({ reason: expect.stringContaining('directory') });
    world.file('plain', '');
    expect(await write('plain/x', 'x')).toMatchObject({ reason: expect.stringContaining('ENOTDIR') });
  });

  it('PERM-24 masks the secrets that the process knows', async () => {
    world.file('.env', 'A=1\nKEY=hush-hush-hush\n');
    const shown = JSON.stringify(await write('.env', 'A=2\nKEY=hush-hush-hush\nAGAIN=hush-hush-hush\n'));
    expect(shown).toContain('KEY=[secret API_TOKEN]');
    expect(shown).not.toContain('hush');
  });

  it.each([
    ['Read', { file_path: 'x' }],
    ['Bash', { command: 'ls' }],
    ['Grep', { pattern: 'x' }],
  ])('PERM-21 %s has none', async (tool, args) => {
    expect(await world.judge({ tool, args, mode: 'strict' })).toMatchObject({ kind: 'ask', diffs: [] });
  });
});
