import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { askInTerminal } from '../../src/cli/approve/ask-in-terminal.ts';
import { editInEditor, editorOf, readArguments } from '../../src/cli/approve/edit-arguments.ts';
import { TinyKeyboard, TinyTerminal } from '../support/tiny-terminal.ts';

test('CLI-45 edited arguments are a JSON object, and what is wrong with others is said', () => {
  expect(readArguments('{"a": 1}')).toEqual({ ok: true, args: { a: 1 } });
  expect(readArguments('[1]')).toEqual({ ok: false, error: 'arguments are a JSON object' });
  expect(readArguments('{oops')).toMatchObject({ ok: false, error: expect.stringContaining('no JSON') });
});

test('CLI-45 the editor is $VISUAL, else $EDITOR, with its own arguments; what it saves is read', async () => {
  expect(editorOf({ VISUAL: 'code --wait', EDITOR: 'vi' })).toBe('code --wait');
  expect(editorOf({ EDITOR: 'vi' })).toBe('vi');
  expect(editorOf({})).toBeNull();
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-editor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const editor = join(folder, 'my editor');
  const seen = join(folder, 'seen');
  writeFileSync(editor, `#!/bin/sh\necho "$1" > '${seen}'\nsed -i s/asked/edited/ "$2"\n`);
  chmodSync(editor, 0o755);
  const edited = await editInEditor(`'${editor}' --flag`, { command: 'asked' });
  expect(edited).toEqual({ ok: true, args: { command: 'edited' } });
  expect(readFileSync(seen, 'utf8')).toBe('--flag\n');
  expect(await editInEditor('false', {})).toMatchObject({
    ok: false,
    error: expect.stringContaining('ended with 1'),
  });
});

test('CLI-51 CLI-53 neither what was typed before the question nor what is pasted in lines answers it', async () => {
  const terminal = new TinyTerminal();
  const keyboard = new TinyKeyboard();
  keyboard.write('y\r');
  const approval = {
    requestId: 'p',
    toolCallId: 'c',
    toolName: 'Bash',
    input: {},
    suggestions: [],
    diffs: [],
  };
  const answer = askInTerminal(approval, new AbortController().signal, {
    input: keyboard as never,
    output: terminal as never,
  });
  await vi.waitFor(() => expect(terminal.currentLine).toContain('[y]es'));
  keyboard.write('ok?\ry\r');
  await vi.waitFor(() => expect(terminal.screen.join('\n')).toContain('they answer nothing'));
  keyboard.write('\u001b[200~y\ny\u001b[201~');
  await vi.waitFor(() => expect(terminal.screen.join('\n').match(/they answer nothing/g)).toHaveLength(2));
  keyboard.write('n too risky\r');
  expect(await answer).toEqual({ behavior: 'deny', message: 'too risky' });
});
