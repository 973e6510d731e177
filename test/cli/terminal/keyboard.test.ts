import { expect, test } from 'vitest';
import { Keyboard } from '../../../src/cli/terminal/keyboard.ts';
import { TinyKeyboard } from '../../support/tiny-terminal.ts';

/** What becomes of what is read, each read on its own: keys as they are, Enter as `<enter>`, a paste in brackets. */
function sorted(...reads: string[]): string[] {
  const input = new TinyKeyboard();
  const seen: string[] = [];
  const keyboard = new Keyboard(input as never, {
    enter: () => {
      seen.push('<enter>');
      return true;
    },
    paste: (text) => seen.push(`[${text}]`),
  });
  keyboard.on('data', (keys: string) => {
    if (keys !== '' && !keys.includes('200~')) seen.push(keys);
  });
  for (const read of reads) input.emit('data', Buffer.from(read));
  keyboard.close();
  return seen;
}
const BEGIN = '\u001b[200~';
const END = '\u001b[201~';

test('CLI-51 keys are keys, and one line with its end is typed', () => {
  expect(sorted('a', '\u001b[A', 'hello\r', '\r')).toEqual(['a', '\u001b[A', 'hello', '<enter>', '<enter>']);
});

test('CLI-51 a marked paste is one text, wherever its marks are cut in two', () => {
  const all = `a${BEGIN}x\r\ny\rz\n${END}b`;
  const wanted = ['a', '[x\ny\nz]', 'b'];
  expect(sorted(all)).toEqual(wanted);
  for (let at = 1; at < all.length; at += 1) {
    const seen = sorted(all.slice(0, at), all.slice(at));
    const pastes = seen.filter((one) => one.startsWith('['));
    expect({ at, pastes }).toEqual({ at, pastes: ['[x\ny\nz]'] });
    expect(seen).not.toContain('<enter>');
  }
});

test('CLI-51 a line end that is not the last in one read was not pressed', () => {
  expect(sorted('a\ry\r')).toEqual(['[a\ny\n]']);
  expect(sorted('y\r/mode unrestricted')).toEqual(['[y\n/mode unrestricted]']);
  expect(sorted('y\u2028ok')).toEqual(['[y\nok]']);
  expect(sorted(`y\r${BEGIN}z${END}`)).toEqual(['[y\n]', '[z]']);
});

test('CLI-51 a paste that pretends to end early presses no key', () => {
  expect(sorted(`${BEGIN}a${END}y\r${END}`)).toEqual(['[a]', '[y\n]']);
});

test('CLI-51 what a terminal would obey does not come in by a paste; Ctrl-C ends one that never ends', () => {
  expect(sorted(`${BEGIN}\u001b[31mred\u001b[0m\u0007\tx${END}`)).toEqual(['[red\tx]']);
  expect(sorted(`${BEGIN}abc`, '\u0003')).toEqual(['[abc]', '\u0003']);
  expect(sorted('a\rb\u0003')).toEqual(['[a\nb]', '\u0003']);
});
