import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { edit } from '../../../actors/tools/edit.ts';
import { runTool, tempFolder, testCall } from './tool-context.ts';

function fileWith(content: string | Uint8Array) {
  const cwd = tempFolder();
  const path = join(cwd, 'file');
  writeFileSync(path, content);
  return {
    path,
    cwd,
    content: () => readFileSync(path, 'latin1'),
    edit: (old_string: string, new_string: string, more = {}, call = testCall(cwd)) =>
      runTool(edit, { file_path: 'file', old_string, new_string, ...more }, call),
  };
}

test('D13 TOOL-40 several matches without replace_all fail, are counted, and change nothing', async () => {
  const file = fileWith('x = 1\ny = 1\nx = 1\n');
  const before = statSync(file.path);
  expect(await file.edit('x = 1', 'x = 2')).toEqual({
    status: 'error',
    text:
      `${file.path}: old_string matches 2 times (line 1, 3). ` +
      'Give more of the text around the one you mean, or set replace_all. Nothing was changed.',
  });
  expect(file.content()).toBe('x = 1\ny = 1\nx = 1\n');
  expect(statSync(file.path).ino).toBe(before.ino);
});

test('TOOL-40 replaces the one place and says where', async () => {
  const file = fileWith('a\nb\nc\n');
  expect(await file.edit('b\nc', 'B\nC')).toEqual({
    status: 'success',
    text: `Edited ${file.path}: 1 place (line 2).`,
  });
  expect(file.content()).toBe('a\nB\nC\n');
});

test('TOOL-40 places that overlap are two places to mean', async () => {
  const file = fileWith('aaa');
  expect((await file.edit('aa', 'b')).text).toContain('matches 2 times');
  expect(file.content()).toBe('aaa');
  expect((await file.edit('aa', 'b', { replace_all: true })).status).toBe('success');
  expect(file.content()).toBe('ba');
});

test('TOOL-40 text that is not there fails and changes nothing', async () => {
  const file = fileWith('\tindented\n');
  const { status, text } = await file.edit('  indented', 'x');
  expect(status).toBe('error');
  expect(text).toMatch(/old_string was not found.*Nothing was changed\.$/);
  expect(file.content()).toBe('\tindented\n');
});

test('TOOL-41 replace_all replaces every place', async () => {
  const file = fileWith('a b\na b\nb a\n');
  expect((await file.edit('a', 'aa', { replace_all: true })).text).toContain('3 places (line 1, 2, 3)');
  expect(file.content()).toBe('aa b\naa b\nb aa\n');
});

test('TOOL-41 expected_replacements: exactly so many, or none', async () => {
  const file = fileWith('a a a');
  expect((await file.edit('a', 'b', { expected_replacements: 2 })).text).toContain(
    'matches 3 times (line 1, 1, 1), and expected_replacements is 2.',
  );
  expect((await file.edit('a', 'b', { replace_all: true, expected_replacements: 1 })).status).toBe('error');
  expect((await file.edit('a', 'b', { expected_replacements: 1 })).status).toBe('error');
  expect(file.content()).toBe('a a a');
  expect((await file.edit('a', 'b', { expected_replacements: 3 })).status).toBe('success');
  expect(file.content()).toBe('b b b');
});

test('TOOL-42 a CRLF file stays one, whatever line breaks the model writes', async () => {
  const file = fileWith('one\r\ntwo\r\nthree\r\n');
  expect((await file.edit('one\ntwo', 'one\nand\ntwo')).status).toBe('success');
  expect(file.content()).toBe('one\r\nand\r\ntwo\r\nthree\r\n');
  expect((await file.edit('three', 'three\nfour\r\nfive')).status).toBe('success');
  expect(file.content()).toBe('one\r\nand\r\ntwo\r\nthree\r\nfour\r\nfive\r\n');
});

test('TOOL-42 a file with LF stays one, and a mixed one keeps what stands in each place', async () => {
  const unix = fileWith('one\ntwo\n');
  await unix.edit('two', 'two\nthree');
  expect(unix.content()).toBe('one\ntwo\nthree\n');
  const mixed = fileWith('a\nb\nc\r\nd\r\n');
  await mixed.edit('a\nb', 'a\nx\nb');
  await mixed.edit('c\nd', 'c\ny\nd');
  expect(mixed.content()).toBe('a\nx\nb\nc\r\ny\r\nd\r\n');
});

test('TOOL-42 an edit that could only change line endings says so', async () => {
  const file = fileWith('a\r\nb\r\n');
  expect((await file.edit('a\r\nb', 'a\nb')).text).toContain('line endings only');
  expect(file.content()).toBe('a\r\nb\r\n');
});

test('TOOL-42 every other byte stays: byte order mark, bytes that are no UTF-8, NUL, no last line break', async () => {
  const file = fileWith(Buffer.from([0xef, 0xbb, 0xbf, 0xff, 0x61, 0x00, 0xfe, 0x62]));
  expect((await file.edit('a', 'ä€😀')).status).toBe('success');
  const added = Buffer.from('ä€😀').toString('latin1');
  expect(file.content()).toBe(`\xef\xbb\xbf\xff${added}\0\xfeb`);
  expect((await file.edit('ä€😀', 'a')).status).toBe('success');
});

test('TOOL-42 the new text is taken literally, and the mode and links stay', async () => {
  const file = fileWith('cost: X\n');
  chmodSync(file.path, 0o750);
  symlinkSync('file', join(file.cwd, 'link'));
  await runTool(
    edit,
    { file_path: 'link', old_string: 'X', new_string: "$& $1 $$ $` \\n '" },
    testCall(file.cwd),
  );
  expect(file.content()).toBe("cost: $& $1 $$ $` \\n '\n");
  expect(statSync(file.path).mode & 0o7777).toBe(0o750);
  expect(readdirSync(file.cwd).toSorted()).toEqual(['file', 'link']);
});

test('TOOL-43 equal texts, and an empty old_string for a file that has text, are errors', async () => {
  const file = fileWith('a');
  expect((await file.edit('a', 'a')).text).toBe('old_string and new_string are equal.');
  expect((await file.edit('', 'b')).text).toContain('old_string is empty');
  expect(file.content()).toBe('a');
});

test('TOOL-43 an empty old_string creates a file that is missing or empty', async () => {
  const empty = fileWith('');
  expect((await empty.edit('', 'text\n')).status).toBe('success');
  expect(empty.content()).toBe('text\n');
  const created = await runTool(
    edit,
    { file_path: 'sub/new', old_string: '', new_string: 'x' },
    testCall(empty.cwd),
  );
  expect(created).toEqual({ status: 'success', text: `Created ${join(empty.cwd, 'sub/new')}.` });
});

test('TOOL-43 a file that is missing, a directory and a cancelled edit change nothing', async () => {
  const file = fileWith('a');
  const missing = { file_path: 'missing', old_string: 'a', new_string: 'b' };
  expect((await runTool(edit, missing, testCall(file.cwd))).text).toBe(`missing does not exist.`);
  const folder = { file_path: '.', old_string: 'a', new_string: 'b' };
  expect((await runTool(edit, folder, testCall(file.cwd))).text).toContain('is a directory');
  const call = testCall(file.cwd);
  call.abort();
  expect(await file.edit('a', 'b', {}, call)).toMatchObject({ status: 'error', outcome: 'cancelled' });
  expect(file.content()).toBe('a');
  expect(readdirSync(file.cwd)).toEqual(['file']);
});
