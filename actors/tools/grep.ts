import { resolve } from 'node:path';
import { z } from 'zod';
import type { ToolOutcome } from '../../machines/ports.ts';
import { onFile } from './file-failure.ts';
import { cancelled, failure, success } from './outcome.ts';
import { createPage } from './page.ts';
import { touchedPath } from './real-path.ts';
import { ripgrep, SEARCH_LIMIT_MS } from './ripgrep.ts';
import { inSearchPlace, placed, type SearchPlace } from './search-place.ts';
import type { Tool, ToolContext } from './tool.ts';
import { goneDirectory } from './working-directory.ts';

const MOST_CHARACTERS = 10_000;
const LONGEST_LINE = 2_000;
const DEFAULT_LIMIT = 100;

const around = z.int().min(0).optional();
const parameters = z.strictObject({
  pattern: z
    .string()
    .min(1)
    .describe('A regular expression in the syntax of ripgrep (Rust): no look-around.'),
  path: z
    .string()
    .min(1)
    .optional()
    .describe('File or directory to search; the working directory by default.'),
  glob: z
    .string()
    .min(1)
    .optional()
    .describe('Only files that match, such as *.ts or src/**; also ignored ones.'),
  type: z.string().min(1).optional().describe('Only files of this type of ripgrep, such as js, py, rust.'),
  output_mode: z
    .enum(['content', 'files_with_matches', 'count'])
    .optional()
    .describe('files_with_matches (default): paths; content: the lines; count: lines per file.'),
  '-A': around.describe('With content: lines to show after each match.'),
  '-B': around.describe('With content: lines to show before each match.'),
  '-C': around.describe('With content: lines to show before and after each match.'),
  context: around.describe('The same as -C.'),
  '-n': z.boolean().optional().describe('With content: show line numbers; true by default.'),
  '-i': z.boolean().optional().describe('Upper and lower case are the same.'),
  head_limit: z
    .int()
    .min(1)
    .optional()
    .describe(`How many lines of output to show; ${DEFAULT_LIMIT} by default.`),
  offset: z.int().min(0).optional().describe('How many lines of output to skip.'),
  multiline: z
    .boolean()
    .optional()
    .describe('A match may go over several lines, and . matches a line break.'),
});

type GrepArgs = z.output<typeof parameters>;

export const grep: Tool<GrepArgs> = {
  name: 'Grep',
  description: `Searches the content of files with ripgrep, hidden files too; not what .gitignore names, nor .git or .signalbox, nor binary files. Results are in order of path; paths are relative to the working directory where they are inside it.

Shows head_limit lines of output (${DEFAULT_LIMIT} by default), ${MOST_CHARACTERS} characters at most and ${LONGEST_LINE} of each line; what was left out is told, and with which offset to continue. A search ends after ${SEARCH_LIMIT_MS / 1000} seconds.`,
  parameters,
  skipsProtected: true,
  effect: async (args, cwd) => ({ kind: 'reads', files: [await touchedPath(args.path ?? '.', cwd)] }),

  run(args, context) {
    const { cwd } = context;
    return onFile(resolve(cwd, args.path ?? '.'), async () => {
      const gone = await goneDirectory(cwd, args.path);
      if (gone) return gone;
      return inSearchPlace(args.path ?? '.', context, 'fileOrDirectory', (place) =>
        search(place, args, context),
      );
    });
  },
};

async function search(place: SearchPlace, args: GrepArgs, context: ToolContext): Promise<ToolOutcome> {
  const page = createPage({
    noun: args.output_mode === 'content' ? 'lines' : 'files',
    offset: args.offset ?? 0,
    entries: args.head_limit ?? DEFAULT_LIMIT,
    characters: MOST_CHARACTERS - 200,
    hint: (last) => `continue with offset ${last}`,
  });
  const onEntry = (entry: string): boolean =>
    page.add(placed(place, entry.endsWith('\r') ? entry.slice(0, -1) : entry));
  const asked = { args: options(args), separator: '\n' as const, longest: LONGEST_LINE, onEntry };
  const end = await ripgrep(place, asked, context);
  if (end === 'cancelled') return cancelled('The search was cancelled.');
  if (!end.ok) return failure(end.reason);
  const text = [...page.shown, page.note(end.complete)].filter((line) => line !== '').join('\n');
  return success(text || 'No matches.');
}

function options(args: GrepArgs): string[] {
  const chosen = ['--hidden', '--no-require-git', '--sort=path', '--crlf', '--with-filename', '--no-heading'];
  const mode = args.output_mode ?? 'files_with_matches';
  if (mode === 'files_with_matches') chosen.push('--files-with-matches');
  if (mode === 'count') chosen.push('--count');
  if (mode === 'content') {
    chosen.push(args['-n'] === false ? '--no-line-number' : '--line-number');
    const both = args['-C'] ?? args.context;
    const after = args['-A'] ?? both;
    const before = args['-B'] ?? both;
    if (after !== undefined) chosen.push(`--after-context=${after}`);
    if (before !== undefined) chosen.push(`--before-context=${before}`);
  }
  if (args['-i']) chosen.push('--ignore-case');
  if (args.multiline) chosen.push('--multiline', '--multiline-dotall');
  if (args.type !== undefined) chosen.push(`--type=${args.type}`);
  if (args.glob !== undefined) chosen.push(`--glob=${args.glob}`);
  chosen.push(`--regexp=${args.pattern}`);
  return chosen;
}
