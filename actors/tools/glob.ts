import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import type { ToolOutcome } from '../../machines/ports.ts';
import { onFile } from './file-failure.ts';
import { cancelled, failure, success } from './outcome.ts';
import { createPage } from './page.ts';
import { touchedPath } from './real-path.ts';
import { ripgrep, type SearchEnd } from './ripgrep.ts';
import { inSearchPlace, placed, type SearchPlace } from './search-place.ts';
import type { Tool, ToolContext } from './tool.ts';
import { goneDirectory } from './working-directory.ts';

const MOST_FILES = 2_000;
const MOST_CHARACTERS = 30_000;
/** Paths are no longer than this on any system. */
const LONGEST_PATH = 8_192;
/** More matches than this are not sorted out one by one. */
const MOST_MATCHES = 200_000;

const parameters = z.strictObject({
  pattern: z.string().min(1).describe('A glob, such as **/*.ts, src/**/*.{js,jsx} or *.md.'),
  path: z.string().min(1).optional().describe('The directory to search; the working directory by default.'),
});

type GlobArgs = z.output<typeof parameters>;

export const glob: Tool<GlobArgs> = {
  name: 'Glob',
  description: `Finds files by a glob pattern, the most recently changed first. Hidden files too; not what .gitignore names, nor .git or .signalbox; no directories. * and ? stay within a name, ** goes through directories; a pattern without / finds names at any depth. Paths are relative to the working directory where they are inside it.

Shows ${MOST_FILES} files and ${MOST_CHARACTERS} characters at most, and how many were left out.`,
  parameters,
  skipsProtected: true,
  effect: async (args, cwd) => ({ kind: 'reads', files: [await touchedPath(split(args).directory, cwd)] }),

  run(args, context) {
    const { cwd } = context;
    const { directory, pattern } = split(args);
    return onFile(resolve(cwd, directory), async () => {
      const gone = await goneDirectory(cwd, directory);
      if (gone) return gone;
      return inSearchPlace(directory, context, 'directory', (place) => search(place, pattern, args, context));
    });
  },
};

async function search(
  place: SearchPlace,
  pattern: string,
  args: GlobArgs,
  context: ToolContext,
): Promise<ToolOutcome> {
  const matches: string[] = [];
  const found = await list(place, pattern, context, (path) => matches.push(path) < MOST_MATCHES);
  if (found === 'cancelled') return cancelled('The search was cancelled.');
  if (!found.ok) return failure(found.reason);
  // To ripgrep a glob counts more than .gitignore, so it is asked a second time, without the glob.
  const visible = new Set<string>();
  const all = matches.length === 0 ? found : await list(place, null, context, collectOnly(matches, visible));
  if (all === 'cancelled') return cancelled('The search was cancelled.');
  if (!all.ok) return failure(all.reason);

  const page = createPage({
    noun: 'files',
    offset: 0,
    entries: MOST_FILES,
    characters: MOST_CHARACTERS - 200,
    hint: () => 'give a narrower pattern or path',
  });
  for (const path of matches) if (visible.has(path)) page.add(inOneLine(placed(place, path)));
  const note = page.note(found.complete && (all.complete || visible.size === matches.length));
  if (page.total > 0) return success([...page.shown, note].filter((line) => line !== '').join('\n'));
  const hidden = matches.length > 0 ? ` ${matches.length} that do are named by .gitignore.` : '';
  return success(`No files match ${args.pattern}.${hidden}`);
}

/** Lists files with a pattern (newest first) or all that are not ignored (in no order). */
function list(
  place: SearchPlace,
  pattern: string | null,
  context: ToolContext,
  onEntry: (path: string) => boolean,
): Promise<SearchEnd> {
  const chosen = pattern === null ? [] : ['--sortr=modified', `--glob=${pattern}`];
  const args = ['--files', '--null', '--hidden', '--no-require-git', ...chosen];
  return ripgrep(place, { args, separator: '\0', longest: LONGEST_PATH, onEntry }, context);
}

/** Keeps which of `wanted` come by; stops when all have. */
function collectOnly(wanted: string[], seen: Set<string>): (path: string) => boolean {
  const open = new Set(wanted);
  return (path) => {
    if (open.delete(path)) seen.add(path);
    return open.size > 0;
  };
}

/** A name may have any character but / and NUL in it. */
function inOneLine(path: string): string {
  return /[\r\n]/.test(path) ? JSON.stringify(path) : path;
}

/** A pattern that leaves the directory (absolute, or with ../) says itself where to search. */
function split({ pattern, path = '.' }: GlobArgs): { directory: string; pattern: string } {
  const plain = pattern.startsWith('./') ? pattern.slice(2) : pattern;
  if (!isAbsolute(plain) && !plain.startsWith('../')) return { directory: path, pattern: plain };
  const parts = plain.split('/');
  const magic = parts.findIndex((part) => /[*?[\]{}!]/.test(part));
  const from = magic < 0 ? parts.length - 1 : magic;
  const start = parts.slice(0, from).join('/') || '/';
  return {
    directory: isAbsolute(start) ? start : join(path, start),
    pattern: `/${parts.slice(from).join('/')}`,
  };
}
