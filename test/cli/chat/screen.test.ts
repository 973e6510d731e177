import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Screen } from '../../../src/cli/chat/screen.ts';
import { typedAhead } from '../../../src/cli/terminal/keyboard.ts';
import { TinyKeyboard, TinyTerminal } from '../../support/tiny-terminal.ts';

let terminal: TinyTerminal;
let keyboard: TinyKeyboard;
let screen: Screen;
let lines: string[];
let about: (string | null)[];
const interrupt = vi.fn();
const end = vi.fn();

beforeEach(() => {
  vi.stubEnv('TERM', 'xterm');
  terminal = new TinyTerminal(40);
  keyboard = new TinyKeyboard();
  lines = [];
  about = [];
  screen = new Screen(keyboard as never, terminal as never, {
    line: (text, asked) => {
      lines.push(text);
      about.push(asked);
    },
    interrupt,
    end,
  });
});
afterEach(() => {
  screen.close();
  vi.unstubAllEnvs();
});

/** Types, and waits until the line editor has read it. */
async function type(text: string, shows = text): Promise<void> {
  keyboard.write(text);
  await vi.waitFor(() => expect(terminal.currentLine).toContain(shows));
}

test('CLI-30 output streams, and the prompt comes when there is nothing more to say', () => {
  screen.write('Hel');
  screen.write('lo.');
  screen.showPrompt();
  expect(terminal.screen).toEqual(['Hello.', '>']);
  screen.write('More');
  screen.print('> Bash ls');
  screen.showPrompt();
  expect(terminal.screen).toEqual(['Hello.', 'More', '> Bash ls', '>']);
});

test('D23 output that comes while somebody types goes in whole lines above what is typed', async () => {
  screen.showPrompt();
  await type('my mess');
  screen.write('The agent sa');
  expect(terminal.screen).toEqual(['> my mess']);
  screen.write('ys this.\nAnd');
  expect(terminal.screen).toEqual(['The agent says this.', '> my mess']);
  screen.print('a note');
  expect(terminal.screen).toEqual(['The agent says this.', 'And', 'a note', '> my mess']);
  await type('age', '> my message');
  keyboard.write('\r');
  await vi.waitFor(() => expect(lines).toEqual(['my message']));
  screen.showPrompt();
  expect(terminal.screen).toEqual(['The agent says this.', 'And', 'a note', '> my message', '>']);
});

test('D23 what is typed in the middle of a streamed line never lands in it', async () => {
  screen.write('The agent sa');
  await type('hey', '> hey');
  screen.write('ys this.');
  expect(terminal.screen).toEqual(['The agent sa', '> hey']);
  keyboard.write('\r');
  await vi.waitFor(() => expect(lines).toEqual(['hey']));
  expect(terminal.screen).toEqual(['The agent sa', '> hey', 'ys this.']);
});

test('D23 a typed line that is longer than the terminal is wide stays whole', async () => {
  const long = 'x'.repeat(100);
  screen.showPrompt();
  keyboard.write(long);
  await vi.waitFor(() => expect(terminal.screen.join('')).toBe(`> ${long}`));
  screen.print('one');
  screen.print('two');
  expect(terminal.screen.slice(0, 2)).toEqual(['one', 'two']);
  expect(terminal.screen.slice(2).join('')).toBe(`> ${long}`);
});

test('CLI-31 a new label takes the place of the old one, and keeps what is typed', async () => {
  screen.showPrompt();
  await type('no');
  screen.setLabel('Bash? > ');
  expect(terminal.screen).toEqual(['Bash? > no']);
});

test('CLI-32 Ctrl-C and Ctrl-D are told; Ctrl-C can empty the line', async () => {
  screen.showPrompt();
  await type('abc');
  keyboard.write('\u0003');
  await vi.waitFor(() => expect(interrupt).toHaveBeenCalledOnce());
  expect(screen.clearLine()).toBe(true);
  expect(terminal.currentLine).toBe('>');
  expect(screen.clearLine()).toBe(false);
  keyboard.write('\u0004');
  await vi.waitFor(() => expect(end).toHaveBeenCalledOnce());
});

const PASTED = 'Continue? [y/n]\ny\n/mode unrestricted\n';
const marked = (text: string) => `\u001b[200~${text}\u001b[201~`;

test('CLI-51 what is pasted waits for Enter, and is one text then', async () => {
  screen.setLabel('Bash? > ', 'perm-1');
  screen.showPrompt();
  await typedAhead();
  await type(marked(PASTED), '| /mode unrestricted');
  expect(terminal.screen).toEqual(['Bash? > Continue? [y/n]', '| y', '| /mode unrestricted']);
  expect(lines).toEqual([]);
  await type(' ok', '| /mode unrestricted ok');
  keyboard.write('\r');
  await vi.waitFor(() => expect(lines).toEqual(['Continue? [y/n]\ny\n/mode unrestricted ok']));
});

test('CLI-51 lines that a terminal sends at once without a mark wait for Enter too', async () => {
  screen.showPrompt();
  keyboard.write(PASTED.replaceAll('\n', '\r'));
  await vi.waitFor(() =>
    expect(terminal.screen).toEqual(['> Continue? [y/n]', '| y', '| /mode unrestricted', '|']),
  );
  expect(lines).toEqual([]);
  keyboard.write('\r');
  await vi.waitFor(() => expect(lines).toEqual([PASTED]));
});

test('CLI-51 several lines stay whole in a narrow terminal, above what comes meanwhile and under the cursor', async () => {
  screen.showPrompt();
  const long = 'a line that is longer than forty columns are wide';
  await type(marked(`${long}\nb`), '| b');
  screen.print('one');
  expect(terminal.screen).toEqual(['one', `> ${long.slice(0, 38)}`, long.slice(38), '| b']);
  keyboard.write('\u001b[A');
  await type('X', `> aX`);
  keyboard.write('\u001b[B');
  await type('Y', '| bY');
  keyboard.write('\r');
  await vi.waitFor(() => expect(lines).toEqual([`aX${long.slice(1)}\nbY`]));
  screen.showPrompt();
  expect(terminal.screen.slice(1)).toEqual([`> aX${long.slice(1, 37)}`, long.slice(37), '| bY', '>']);
});

test('CLI-51 a text that is too long is refused with the way out, and what was typed stays', async () => {
  screen.showPrompt();
  await type('abc');
  keyboard.write(marked('x\n'.repeat(60_000)));
  await vi.waitFor(() => expect(terminal.screen.join('')).toContain('signalbox send - < FILE'));
  expect(terminal.currentLine).toBe('> abc');
});

test('CLI-52 a line that ends with a backslash goes on, and Up brings every text back whole', async () => {
  screen.showPrompt();
  await type('before');
  keyboard.write('\r');
  await vi.waitFor(() => expect(lines).toEqual(['before']));
  screen.showPrompt();
  await type('#script\\');
  keyboard.write('\r');
  await vi.waitFor(() => expect(terminal.currentLine).toBe('|'));
  await type('say hi', '| say hi');
  expect(terminal.screen).toEqual(['> before', '> #script', '| say hi']);
  keyboard.write('\r');
  await vi.waitFor(() => expect(lines).toEqual(['before', '#script\nsay hi']));
  screen.showPrompt();
  keyboard.write('\u001b[A');
  await vi.waitFor(() => expect(terminal.screen.slice(3)).toEqual(['> #script', '| say hi']));
  for (const key of ['\u001b[A', '\u001b[A']) keyboard.write(key);
  await vi.waitFor(() => expect(terminal.screen.slice(3)).toEqual(['> before']));
});

test('CLI-53 a line belongs to what was asked when its first key was typed', async () => {
  screen.showPrompt();
  await type('y');
  screen.setLabel('Bash? > ', 'perm-1');
  await typedAhead();
  keyboard.write('\r');
  await vi.waitFor(() => expect(about).toEqual([null]));
  screen.showPrompt();
  await type('n', 'Bash? > n');
  screen.setLabel('Read? > ', 'perm-2');
  await typedAhead();
  keyboard.write('\r');
  await vi.waitFor(() => expect(about).toEqual([null, 'perm-1']));
  screen.showPrompt();
  await type('n', 'Read? > n');
  keyboard.write('\r');
  await vi.waitFor(() => expect(about).toEqual([null, 'perm-1', 'perm-2']));
});

test('CLI-53 a key that is read only after the question was shown was still typed before it', async () => {
  screen.showPrompt();
  screen.setLabel('Bash? > ', 'perm-1');
  keyboard.write('y\r');
  await vi.waitFor(() => expect(lines).toEqual(['y']));
  expect(about).toEqual([null]);
});
