import { z } from 'zod';
import { onFile } from './file-failure.ts';
import { judgedPath, readJudged } from './judged-file.ts';
import { cancelled, failure, success } from './outcome.ts';
import { touchedPath } from './real-path.ts';
import { replaceText } from './replace-text.ts';
import type { Tool } from './tool.ts';
import { goneDirectory } from './working-directory.ts';
import { writeAtomic } from './write-atomic.ts';

const parameters = z.strictObject({
  file_path: z.string().min(1).describe('The file: absolute, or relative to the working directory.'),
  old_string: z.string().describe('The text to replace, exactly as it stands in the file.'),
  new_string: z.string().describe('The text to put in its place; it must differ.'),
  replace_all: z.boolean().optional().describe('Replace every occurrence, not only a single one.'),
  expected_replacements: z
    .int()
    .min(1)
    .optional()
    .describe('How many occurrences there must be; all of them are replaced, or none.'),
});

type EditArgs = z.output<typeof parameters>;

export const edit: Tool<EditArgs> = {
  name: 'Edit',
  description: `Replaces text in a file. old_string must occur exactly once: if it is not found or occurs several times, the edit fails, says how often and on which lines, and changes nothing. With replace_all every occurrence is replaced; with expected_replacements as well, only if there are exactly so many.

old_string must be equal to the text of the file, with indentation and line breaks, without the line numbers that Read shows. The line endings of the file (LF or CRLF), its mode and all other bytes are kept. An empty old_string creates the file with new_string, if it is not there or empty. Written at once: nobody sees half of it.`,
  parameters,
  effect: async (args, cwd) => ({ kind: 'writes', files: [await touchedPath(args.file_path, cwd)] }),

  run(args, context) {
    const { cwd, signal } = context;
    return onFile(args.file_path, async () => {
      const gone = await goneDirectory(cwd, args.file_path);
      if (gone) return gone;
      if (args.old_string === args.new_string) return failure('old_string and new_string are equal.');
      const path = await judgedPath(args.file_path, context);
      const next = args.old_string === '' ? await fresh(path, args) : await edited(path, args);
      if (!next.ok) return failure(`${next.reason} Nothing was changed.`);
      const written = await writeAtomic(path, next.bytes, signal);
      if (written.ok) return success(next.done);
      return signal.aborted ? cancelled(`${path} ${written.reason}.`) : failure(`${path} ${written.reason}.`);
    });
  },
};

/** The new content and what to say when it is written. */
type Next = { ok: true; bytes: Buffer; done: string } | { ok: false; reason: string };

async function edited(path: string, args: EditArgs): Promise<Next> {
  const content = await readJudged(path);
  if (!content.ok) return { ok: false, reason: `${path} ${content.reason}.` };
  const replaced = replaceText(content.bytes, {
    oldText: args.old_string,
    newText: args.new_string,
    all: args.replace_all ?? false,
    expected: args.expected_replacements,
  });
  if (!replaced.ok) return { ok: false, reason: `${path}: ${replaced.reason}` };
  const { bytes, count, lines } = replaced;
  const where = `line ${lines.join(', ')}${count > lines.length ? ', …' : ''}`;
  return {
    ok: true,
    bytes,
    done: `Edited ${path}: ${count} ${count === 1 ? 'place' : 'places'} (${where}).`,
  };
}

async function fresh(path: string, args: EditArgs): Promise<Next> {
  const content = await readJudged(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (content && !content.ok) return { ok: false, reason: `${path} ${content.reason}.` };
  if (content && content.bytes.length > 0) {
    return { ok: false, reason: `old_string is empty, but ${path} is not: say what to replace.` };
  }
  return { ok: true, bytes: Buffer.from(args.new_string), done: `Created ${path}.` };
}
