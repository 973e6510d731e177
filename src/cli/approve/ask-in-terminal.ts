import { createInterface, type Interface } from 'node:readline/promises';
import type { Answer, Approval } from '../../client/index.ts';
import { createPaint } from '../render/paint.ts';
import { approvalLines } from './approval-lines.ts';
import { editInEditor, editorOf, readArguments } from './edit-arguments.ts';

/**
 * Shows an approval on stderr and asks until there is an answer; null when there is nobody any more, or when
 * `signal` says that somebody else was first.
 */
export async function askInTerminal(approval: Approval, signal: AbortSignal): Promise<Answer | null> {
  const paint = createPaint(process.stderr, process.env);
  process.stderr.write(`\n${approvalLines(approval, paint).join('\n')}\n`);
  const always = approval.suggestions.length > 0 ? ', [a]lways' : '';
  const question = `[y]es, [y]es COMMENT, [n]o REASON, [e]dit${always}? `;
  for (;;) {
    const line = await ask(question, signal);
    if (line === null) return null;
    const [word = '', ...rest] = line.trim().split(/\s+/);
    const more = rest.join(' ');
    if (/^y(es)?$/i.test(word)) return { behavior: 'allow', ...(more ? { message: more } : {}) };
    if (/^no?$/i.test(word)) return { behavior: 'deny', message: more };
    if (/^a(lways)?$/i.test(word) && always)
      return { behavior: 'allow', suggestionIds: approval.suggestions.map(({ id }) => id) };
    if (!/^e(dit)?$/i.test(word)) continue;
    const edited = await edit(approval, signal);
    if (edited?.ok) return { behavior: 'allow', updatedInput: edited.args };
    if (edited) process.stderr.write(`${edited.error}\n`);
  }
}

async function edit(approval: Approval, signal: AbortSignal) {
  const editor = editorOf(process.env);
  if (editor) return editInEditor(editor, approval.input);
  process.stderr.write(`The arguments are ${JSON.stringify(approval.input)}\n`);
  const line = await ask('Arguments as JSON: ', signal);
  return line === null ? null : readArguments(line);
}

async function ask(question: string, signal: AbortSignal): Promise<string | null> {
  const lines: Interface = createInterface({ input: process.stdin, output: process.stderr });
  // The terminal is in raw mode here: Ctrl-C is a key, and means what it means elsewhere.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await Promise.race([lines.question(question, { signal }), ended(lines)]);
  } catch {
    return null;
  } finally {
    lines.close();
  }
}

/** Standard input came to its end: the question would never be answered. */
const ended = (lines: Interface) => new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
