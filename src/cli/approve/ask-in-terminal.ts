import { createInterface, type Interface } from 'node:readline/promises';
import type { Answer, Approval } from '../../client/index.ts';
import { createPaint } from '../render/paint.ts';
import { Keyboard, typedAhead } from '../terminal/keyboard.ts';
import { PasteMarks } from '../terminal/paste-marks.ts';
import { approvalLines } from './approval-lines.ts';
import { editInEditor, editorOf, readArguments } from './edit-arguments.ts';

interface Terminal {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
}

/**
 * Shows an approval on stderr and asks until there is an answer; null when there is nobody any more, or when
 * `signal` says that somebody else was first. Neither what was typed before nor what is pasted in several lines is
 * an answer.
 */
export async function askInTerminal(
  approval: Approval,
  signal: AbortSignal,
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<Answer | null> {
  const paint = createPaint(terminal.output, process.env);
  terminal.output.write(`\n${approvalLines(approval, paint).join('\n')}\n`);
  await dropTypedAhead(terminal.input);
  const always = approval.suggestions.length > 0 ? ', [a]lways' : '';
  const question = `[y]es, [y]es COMMENT, [n]o REASON, [e]dit${always}? `;
  for (;;) {
    const line = await ask(question, signal, terminal);
    if (line === null) return null;
    const [word = '', ...rest] = line.trim().split(/\s+/);
    const more = rest.join(' ');
    if (/^y(es)?$/i.test(word)) return { behavior: 'allow', ...(more ? { message: more } : {}) };
    if (/^no?$/i.test(word)) return { behavior: 'deny', message: more };
    if (/^a(lways)?$/i.test(word) && always)
      return { behavior: 'allow', suggestionIds: approval.suggestions.map(({ id }) => id) };
    if (!/^e(dit)?$/i.test(word)) continue;
    const edited = await edit(approval, signal, terminal);
    if (edited?.ok) return { behavior: 'allow', updatedInput: edited.args };
    if (edited) terminal.output.write(`${edited.error}\n`);
  }
}

async function edit(approval: Approval, signal: AbortSignal, terminal: Terminal) {
  const editor = editorOf(process.env);
  if (editor) return editInEditor(editor, approval.input);
  terminal.output.write(`The arguments are ${JSON.stringify(approval.input)}\n`);
  const line = await ask('Arguments as JSON: ', signal, terminal);
  return line === null ? null : readArguments(line);
}

async function ask(
  question: string,
  signal: AbortSignal,
  { input, output }: Terminal,
): Promise<string | null> {
  const keyboard = new Keyboard(input, {
    enter: () => false,
    paste: (text) => {
      if (!text.includes('\n')) return lines.write(text);
      output.write('\n! several lines were pasted; they answer nothing\n');
      lines.prompt(true);
    },
  });
  const lines: Interface = createInterface({ input: keyboard.stream, output, terminal: true });
  const marks = new PasteMarks(input, output, {
    suspending: () => output.write('\n'),
    resumed: () => lines.prompt(true),
  });
  // The terminal is in raw mode here: a key means what it means elsewhere.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  lines.on('SIGTSTP', () => marks.suspend());
  try {
    return await Promise.race([lines.question(question, { signal }), ended(lines)]);
  } catch {
    return null;
  } finally {
    marks.stop();
    lines.close();
    keyboard.close();
  }
}

/** Keys that the terminal kept while nobody read them were meant for something else. */
async function dropTypedAhead(input: NodeJS.ReadStream): Promise<void> {
  const drop = () => undefined;
  input.setRawMode(true);
  input.on('data', drop);
  await typedAhead();
  input.off('data', drop);
}

/** Standard input came to its end: the question would never be answered. */
const ended = (lines: Interface) => new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
