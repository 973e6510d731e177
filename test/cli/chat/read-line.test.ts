import { expect, test } from 'vitest';
import { chatHelp, readChatLine } from '../../../src/cli/chat/read-line.ts';

test.each([
  ['  ', false, { kind: 'nothing' }],
  ['hello /there', false, { kind: 'message', text: 'hello /there' }],
  ['//abort is a word', false, { kind: 'message', text: '/abort is a word' }],
  ['/deny too  risky', false, { kind: 'command', name: 'deny', rest: 'too  risky' }],
  ['/edit {"a": "b  c"}', true, { kind: 'command', name: 'edit', rest: '{"a": "b  c"}' }],
  ['/abrt', false, { kind: 'unknown', word: '/abrt' }],
  ['/toString', false, { kind: 'unknown', word: '/toString' }],
  ['y', true, { kind: 'command', name: 'approve', rest: '' }],
  ['No', true, { kind: 'command', name: 'deny', rest: '' }],
  ['y', false, { kind: 'message', text: 'y' }],
  ['yes please', true, { kind: 'message', text: 'yes please' }],
] as const)(
  'CLI-33 a typed line is a message, a command, or an answer while a call asks: %j',
  (line, asked, meaning) => {
    expect(readChatLine(line, asked)).toEqual(meaning);
  },
);

test.each(['Continue? [y/n]\ny', '/mode unrestricted\nok', '//x\n  /y'])(
  'CLI-51 several lines are a message, whatever stands in them: %j',
  (text) => {
    expect(readChatLine(`${text}\n`, true)).toEqual({ kind: 'message', text });
  },
);

test('CLI-33 /help lists every command, and the options that lead elsewhere', () => {
  for (const option of ['--env NAME', '--agent ID', '--conversation ID'])
    expect(chatHelp()).toContain(option);
  for (const line of chatHelp().split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  for (const name of [
    'abort',
    'mode',
    'cwd',
    'queue',
    'remove',
    'resume',
    'approve',
    'edit',
    'deny',
    'always',
    'quit',
  ])
    expect(chatHelp()).toContain(`/${name}`);
});
