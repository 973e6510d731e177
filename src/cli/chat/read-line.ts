/** What a line typed into `chat` means. */
export type ChatLine =
  | { kind: 'nothing' }
  | { kind: 'message'; text: string }
  | { kind: 'command'; name: CommandName; rest: string }
  | { kind: 'unknown'; word: string };

export const chatCommands = {
  help: ['', 'show this'],
  abort: ['', 'stop the turn that runs (also Ctrl-C)'],
  mode: ['[MODE]', 'show or set: standard, acceptEdits, unrestricted, strict'],
  cwd: ['[DIR]', 'show or set the directory in which tools run'],
  queue: ['', 'show what waits for its turn'],
  remove: ['N', 'take the N-th message out of the queue'],
  resume: ['', 'let messages go on that an abort left waiting'],
  approve: ['[COMMENT]', 'allow the call that asks (also: y)'],
  edit: ['[JSON]', 'allow it with other arguments, in $EDITOR or as given'],
  deny: ['[REASON]', 'refuse it; the agent is told why (also: n)'],
  always: ['', 'allow it, and from now on without asking'],
  quit: ['', 'leave; the turn goes on (also Ctrl-D)'],
} as const satisfies Record<string, readonly [string, string]>;
export type CommandName = keyof typeof chatCommands;

/** `asked` is true while a call waits for an answer: then `y` and `n` alone are one. `//x` sends `/x`. */
export function readChatLine(line: string, asked: boolean): ChatLine {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  if (asked && /^y(es)?$/i.test(text)) return { kind: 'command', name: 'approve', rest: '' };
  if (asked && /^no?$/i.test(text)) return { kind: 'command', name: 'deny', rest: '' };
  if (text.startsWith('//')) return { kind: 'message', text: text.slice(1) };
  if (!text.startsWith('/')) return { kind: 'message', text: line.trimEnd() };
  const [word = '', ...rest] = text.slice(1).split(/\s+/);
  if (!Object.hasOwn(chatCommands, word)) return { kind: 'unknown', word: `/${word}` };
  const name = word as CommandName;
  return { kind: 'command', name, rest: text.slice(1 + word.length).trim() || rest.join(' ') };
}

/** The page of `/help`. */
export function chatHelp(): string {
  const lines = Object.entries(chatCommands).map(
    ([name, [words, what]]) => `  ${`/${name} ${words}`.trimEnd().padEnd(20)} ${what}`,
  );
  return [...lines, '  Anything else is sent. //text sends a message that begins with a slash.'].join('\n');
}
