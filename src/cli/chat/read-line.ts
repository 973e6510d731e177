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

const YES = /^y(es)?$/i;
const NO = /^no?$/i;

/** Words that answer when a call asks, and are a message when none does. */
export const isAnswerWord = (line: string): boolean => YES.test(line.trim()) || NO.test(line.trim());

/**
 * `asked` is true when the line was begun while a call waited for an answer: then `y` and `n` alone are one. `//x`
 * sends `/x`. Several lines are a message, whatever stands in them.
 */
export function readChatLine(line: string, asked: boolean): ChatLine {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  if (text.includes('\n')) return { kind: 'message', text: line.trimEnd() };
  if (asked && YES.test(text)) return { kind: 'command', name: 'approve', rest: '' };
  if (asked && NO.test(text)) return { kind: 'command', name: 'deny', rest: '' };
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
  return [
    ...lines,
    '  Anything else is sent. //text sends a message that begins with a slash.',
    '  A line that ends with \\ goes on in the next one. Pasted text waits for Enter;',
    '  several lines are one message, never an answer or a command.',
    '  Another environment, agent or conversation: leave, and start with',
    '  signalbox chat --env NAME, --agent ID, --conversation ID.',
  ].join('\n');
}
