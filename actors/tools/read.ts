import { resolve } from 'node:path';
import { z } from 'zod';
import type { ToolOutcome } from '../../machines/ports.ts';
import type { Secrets } from '../secrets/known-secrets.ts';
import { maskText } from '../secrets/mask.ts';
import { cutLine } from './cut-line.ts';
import { onFile } from './file-failure.ts';
import { judgedPath, readJudged } from './judged-file.ts';
import { failure, success } from './outcome.ts';
import { touchedPath } from './real-path.ts';
import { LARGEST_FILE } from './regular-file.ts';
import type { Tool } from './tool.ts';
import { goneDirectory } from './working-directory.ts';

const MOST_LINES = 2_000;
const LONGEST_LINE = 2_000;
const MOST_CHARACTERS = 30_000;

const parameters = z.strictObject({
  file_path: z.string().min(1).describe('The file: absolute, or relative to the working directory.'),
  offset: z.int().min(1).optional().describe('The number of the first line to show. Lines count from 1.'),
  limit: z.int().min(1).optional().describe(`How many lines to show: ${MOST_LINES} by default and at most.`),
});

export const read: Tool<z.output<typeof parameters>> = {
  name: 'Read',
  description: `Reads a text file. Shows each line as its number, a tab, and the text; lines count from 1, also in offset. The number and the tab are not part of the file.

Shows ${MOST_LINES} lines at most, ${LONGEST_LINE} characters of each line and ${MOST_CHARACTERS} characters in all; what was cut is told, and with which offset to continue. Files up to ${LARGEST_FILE / 1024 / 1024} MB of UTF-8 text. No directories, binary files, pipes or devices.`,
  parameters,
  effect: async (args, cwd) => ({ kind: 'reads', files: [await touchedPath(args.file_path, cwd)] }),

  run(args, context) {
    const { cwd, secrets } = context;
    const path = resolve(cwd, args.file_path);
    return onFile(path, async () => {
      const gone = await goneDirectory(cwd, args.file_path);
      if (gone) return gone;
      const content = await readJudged(await judgedPath(args.file_path, context));
      if (!content.ok) return failure(`${path} ${content.reason}.`);
      if (content.bytes.includes(0)) return failure(`${path} is a binary file (it has NUL bytes in it).`);
      return show(content.bytes, args.offset ?? 1, Math.min(args.limit ?? MOST_LINES, MOST_LINES), secrets);
    });
  },
};

function show(bytes: Buffer, offset: number, limit: number, secrets: Secrets): ToolOutcome {
  const text = new TextDecoder().decode(bytes);
  if (text === '') return success('[The file is empty.]');
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (offset > lines.length) {
    return failure(
      `There is no line ${offset}: the file has ${lines.length} ${lines.length === 1 ? 'line' : 'lines'}.`,
    );
  }
  const shown: string[] = [];
  let size = 0;
  let why = '';
  for (const [index, line] of lines.slice(offset - 1, offset - 1 + limit).entries()) {
    const bare = line.endsWith('\r') ? line.slice(0, -1) : line;
    const numbered = `${offset + index}\t${cutLine(maskText(secrets, bare), LONGEST_LINE)}`;
    size += numbered.length + 1;
    if (size > MOST_CHARACTERS) {
      why = `; more would be over ${MOST_CHARACTERS} characters`;
      break;
    }
    shown.push(numbered);
  }
  return success([...shown, ...notes(offset, shown.length, lines, why)].join('\n'));
}

function notes(offset: number, count: number, lines: string[], why: string): string[] {
  const last = offset + count - 1;
  const said: string[] = [];
  if (offset > 1 || last < lines.length) said.push(`Lines ${offset} to ${last} of ${lines.length}${why}.`);
  if (last < lines.length) said.push(`Continue with offset ${last + 1}.`);
  if (lines[0]?.endsWith('\r')) said.push('Its lines end in CRLF; Edit keeps that.');
  return said.length > 0 ? [`[${said.join(' ')}]`] : [];
}
