import { expect, test } from 'vitest';
import { approvalLines } from '../../../src/cli/approve/approval-lines.ts';
import { EntryStream } from '../../../src/cli/render/entry-stream.ts';
import { createPaint } from '../../../src/cli/render/paint.ts';
import { exact, printable } from '../../../src/cli/render/printable.ts';
import { toolResultLines, toolTitle } from '../../../src/cli/render/tool-lines.ts';
import type { Entry, ToolEntry } from '../../../src/client/index.ts';

const plain = createPaint({}, {});
const tool = (fields: Partial<ToolEntry> = {}): ToolEntry => ({
  kind: 'tool',
  key: 'tool:c1',
  runId: 'run-1',
  turnId: null,
  toolCallId: 'c1',
  name: 'Bash',
  arguments: '{"command":"ls -la","timeout":5}',
  edited: null,
  state: 'running',
  output: '',
  hasResult: false,
  decision: null,
  ...fields,
});
const text = (value: string, key = 'assistant:m1'): Entry => ({
  kind: 'assistant',
  key,
  runId: 'run-1',
  turnId: null,
  text: value,
});

test('CLI-40 text from elsewhere is shown, not obeyed: escapes, carriage returns and turned text are visible', () => {
  expect(printable('a\tb\r\nc')).toBe('a\tb\nc');
  expect(printable('rm -rf /\rls \u001b[2K\u0007')).toBe('rm -rf /\\x0dls \\x1b[2K\\x07');
  expect(printable('a\u202eb\u009bc')).toBe('a\\u202eb\\x9bc');
});

test('CLI-40 what has no shape of its own is visible, but for what shapes an emoji or a joining letter', () => {
  expect(printable('a\u200bb\u2028c\u2029d\ufeffe\u00adf')).toBe('a\\u200bb\\u2028c\\u2029d\\ufeffe\\xadf');
  expect(printable('a\u061cb\u2060c\u3164d\u{e0041}e\u200df1\ufe0f')).toBe(
    'a\\u061cb\\u2060c\\u3164d\\u{e0041}e\\u200df1\\ufe0f',
  );
  for (const whole of ['\u2764\ufe0f', '\u{1f469}\u{1f3fd}\u200d\u{1f4bb}', '\u0645\u06cc\u200c\u062e'])
    expect(printable(whole)).toBe(whole);
});

test('CLI-41 a call is told in one line by what it does', () => {
  expect(toolTitle(tool())).toBe('Bash ls -la');
  expect(toolTitle(tool({ arguments: '{"command":"a\\nb"}' }))).toBe('Bash a ⏎ b');
  expect(toolTitle(tool({ edited: '{"command":"pwd"}' }))).toBe('Bash pwd (edited)');
  expect(toolTitle(tool({ name: 'Odd', arguments: '{"x":1}' }))).toBe('Odd {"x":1}');
  expect(toolTitle(tool({ arguments: '{"comm' }))).toBe('Bash {"comm');
  expect(toolTitle(tool({ name: '', arguments: '{}' }))).toBe('call');
});

test('CLI-41 how a call ended is told with the first lines of its result, and how many more there are', () => {
  expect(toolResultLines(tool({ state: 'succeeded', output: 'a\nb\n' }))).toEqual(['done:', 'a', 'b']);
  const long = Array.from({ length: 9 }, (_, i) => `${i}`).join('\n');
  expect(toolResultLines(tool({ state: 'failed', output: long }))).toEqual([
    ...['failed:', '0', '1', '2', '3', '4', '5', '… 3 more lines'],
  ]);
  expect(toolResultLines(tool({ state: 'unknown' }))).toEqual(['outcome unknown']);
});

test('CLI-42 an approval shows every argument in full, as a diff where there is one', () => {
  const lines = approvalLines(
    {
      requestId: 'perm-1',
      toolCallId: 'c1',
      toolName: 'Write',
      input: { file_path: '/a', content: 'new', mode: 7, note: 'x\n\u001b[8mhidden' },
      suggestions: [{ id: 's', text: 'Always allow this' }],
      diffs: [
        {
          mode: 'advanced',
          fileName: 'a',
          hunks: [
            {
              ...{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 1 },
              lines: [
                { type: 'remove', content: 'old' },
                { type: 'add', content: 'new' },
                { type: 'context', content: 'same' },
              ],
            },
          ],
        },
      ],
    },
    plain,
  );
  expect(lines).toEqual([
    'Write asks for permission',
    '  file_path: /a',
    '  mode: 7',
    '  note:',
    '    x',
    '    \\x1b[8mhidden',
    '  @@ a -1,1 +1,1',
    '  - old',
    '  + new',
    '    same',
    '  "always" would mean: Always allow this',
  ]);
});

test('CLI-42 without a diff the new content itself is shown', () => {
  const lines = approvalLines(
    {
      ...{ requestId: 'p', toolCallId: 'c', toolName: 'Write', suggestions: [] },
      input: { content: 'all of it' },
      diffs: [{ mode: 'unpreviewable', fileName: 'a', reason: 'too large' }],
    },
    plain,
  );
  expect(lines).toContain('  content: all of it');
});

test('CLI-35 views that follow on each other become what is new in them', () => {
  const stream = new EntryStream();
  expect(stream.next([text('Hel')])).toEqual([
    { kind: 'text', entry: text('Hel'), text: 'Hel', starts: true },
  ]);
  expect(stream.next([text('Hello')])).toMatchObject([{ kind: 'text', text: 'lo', starts: false }]);
  expect(stream.next([text('Hello'), tool({ state: 'proposed' })])).toEqual([]);
  const kinds = (...entries: Entry[]) => stream.next(entries).map(({ kind }) => kind);
  expect(kinds(text('Hello'), tool({ decision: { behavior: 'allow', by: null, message: null } }))).toEqual([
    'decided',
    'toolStarted',
  ]);
  expect(stream.next([text('Hello'), tool({ output: 'one\ntw' })])).toMatchObject([
    { kind: 'toolOutput', lines: ['one'] },
  ]);
  expect(stream.next([text('Hello'), tool({ output: 'one\ntwo\n' })])).toMatchObject([{ lines: ['two'] }]);
  expect(kinds(text('Hello'), tool({ state: 'succeeded', output: 'one\ntwo\n' }))).toEqual([]);
  expect(kinds(text('Hello'), tool({ state: 'succeeded', output: 'all', hasResult: true }))).toEqual([
    'toolEnded',
  ]);
});

test('CLI-35 of calls that run beside each other output and end say whose they are', () => {
  const stream = new EntryStream();
  const one = (fields: object) => tool({ key: 'tool:1', toolCallId: '1', ...fields });
  const two = (fields: object) => tool({ key: 'tool:2', toolCallId: '2', ...fields });
  const said = (...entries: Entry[]) =>
    stream.next(entries).map((piece) => [piece.kind, 'entry' in piece ? piece.entry.key : '']);
  expect(said(one({}), two({}))).toEqual([
    ['toolStarted', 'tool:1'],
    ['toolStarted', 'tool:2'],
  ]);
  expect(said(one({ output: 'a\n' }), two({}))).toEqual([
    ['toolAgain', 'tool:1'],
    ['toolOutput', 'tool:1'],
  ]);
  expect(said(one({ output: 'a\nb\n' }), two({}))).toEqual([['toolOutput', 'tool:1']]);
  const ended = { state: 'succeeded', hasResult: true };
  expect(said(one({ output: 'a\nb\n', ...ended }), two(ended))).toEqual([
    ['toolEnded', 'tool:1'],
    ['toolAgain', 'tool:2'],
    ['toolEnded', 'tool:2'],
  ]);
});

test('CLI-44 what a run said before it was cut off is taken back; what only left the window is not', () => {
  const stream = new EntryStream();
  stream.next([text('one', 'assistant:m1'), text('half', 'assistant:m2')]);
  const note: Entry = { kind: 'note', key: 'n', about: 'retry', level: 'warning', text: 'again' };
  expect(stream.next([text('one', 'assistant:m1'), note]).map(({ kind }) => kind)).toEqual([
    'takenBack',
    'note',
  ]);
  const rebuilt = new EntryStream();
  rebuilt.next([text('one', 'assistant:m1'), text('two', 'assistant:m2')]);
  expect(rebuilt.next([text('two', 'assistant:m2')])).toEqual([]);
});

test('CLI-42 no character of an approval is invisible, in its arguments, its diffs and their names', () => {
  const lines = approvalLines(
    {
      ...{ requestId: 'p', toolCallId: 'c', toolName: 'Ba\u200bsh', suggestions: [] },
      input: { command: 'rm\u00a0a\u200bb\u2028c \u2764\ufe0f', 'na\u2067me': { a: '\ue000\u3000' } },
      diffs: [
        {
          mode: 'advanced',
          fileName: 'a\u202e',
          hunks: [
            {
              ...{ oldStart: 1, oldLines: 0, newStart: 1, newLines: 1 },
              lines: [{ type: 'add', content: 'x\u200by' }],
            },
          ],
        },
      ],
    },
    plain,
  );
  expect(lines).toEqual([
    'Ba\\u200bsh asks for permission',
    '  command: rm\\xa0a\\u200bb\\u2028c \u2764\\ufe0f',
    '  na\\u2067me: {"a":"\\ue000\\u3000"}',
    '  @@ a\\u202e -1,0 +1,1',
    '  + x\\u200by',
  ]);
  expect(exact('a b\tc\r\nd')).toBe('a b\tc\nd');
});
