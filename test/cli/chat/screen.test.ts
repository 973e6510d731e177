import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Screen } from '../../../src/cli/chat/screen.ts';
import { TinyKeyboard, TinyTerminal } from '../../support/tiny-terminal.ts';

let terminal: TinyTerminal;
let keyboard: TinyKeyboard;
let screen: Screen;
let lines: string[];
const interrupt = vi.fn();
const end = vi.fn();

beforeEach(() => {
  vi.stubEnv('TERM', 'xterm');
  terminal = new TinyTerminal(40);
  keyboard = new TinyKeyboard();
  lines = [];
  screen = new Screen(keyboard as never, terminal as never, {
    line: (text) => lines.push(text),
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
