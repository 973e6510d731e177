import { expect, test } from 'vitest';
import { knownSecrets } from '../../../actors/secrets/known-secrets.ts';
import { createCommandOutput } from '../../../actors/tools/command-output.ts';

function output(env: Record<string, string> = {}, limit = 30_000) {
  const shown: string[] = [];
  return { shown, ...createCommandOutput(limit, knownSecrets(env), (text) => shown.push(text)) };
}

test('TOOL-17 characters that are split between pieces come out whole, in each stream', () => {
  const { push, finish } = output();
  const out = Buffer.from('häuser 😀€');
  const err = Buffer.from('größer');
  for (let i = 0; i < out.length; i++) {
    push('stdout', out.subarray(i, i + 1));
    if (i < err.length) push('stderr', err.subarray(i, i + 1));
  }
  const { stdout, stderr, text } = finish();
  expect(stdout).toEqual(['häuser 😀€']);
  expect(stderr).toEqual(['größer']);
  expect(text).toHaveLength('häuser 😀€größer'.length);
});

test('TOOL-17 a character that is never finished is U+FFFD, a byte order mark stays', () => {
  const { push, finish } = output();
  push('stdout', Buffer.from('\ufeffa'));
  push('stdout', Buffer.from([0xe2, 0x82]));
  expect(finish().text).toBe('\ufeffa\ufffd');
});

test('TOOL-10 stdout and stderr are together in order of arrival, and each apart by lines', () => {
  const { push, finish } = output();
  push('stdout', Buffer.from('one\n'));
  push('stderr', Buffer.from('two\n'));
  push('stdout', Buffer.from('\nthree'));
  expect(finish()).toEqual({ text: 'one\ntwo\n\nthree', stdout: ['one', '', 'three'], stderr: ['two'] });
});

test('TOOL-6 a secret that comes in pieces is masked in the live view too, and what is no secret comes at the end', () => {
  const { push, finish, shown } = output({ API_TOKEN: 'abcdefghijkl' });
  for (const letter of 'abcdefghijkl abcdefghij') push('stdout', Buffer.from(letter));
  expect(finish().text).toBe('[secret API_TOKEN] abcdefghij');
  expect(shown.at(-1)).toBe('[secret API_TOKEN] abcdefghij');
  for (const text of shown) expect(text).not.toContain('abcdefghijk');
});

test('TOOL-6 a secret is masked before the output is cut', () => {
  const secret = '0123456789ABCDEF';
  for (let shift = 0; shift < 40; shift++) {
    const { push, finish } = output({ API_TOKEN: secret }, 200);
    push(
      'stdout',
      Buffer.from(`${'x'.repeat(40 + shift)}${secret}${'y'.repeat(300)}${secret}${'z'.repeat(40 + shift)}`),
    );
    expect(finish().text).not.toMatch(/[0-9A-F]{4}/);
  }
});
