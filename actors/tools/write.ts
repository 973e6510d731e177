import { z } from 'zod';
import { onFile } from './file-failure.ts';
import { judgedPath } from './judged-file.ts';
import { cancelled, failure, success } from './outcome.ts';
import { touchedPath } from './real-path.ts';
import type { Tool } from './tool.ts';
import { goneDirectory } from './working-directory.ts';
import { writeAtomic } from './write-atomic.ts';

const parameters = z.strictObject({
  file_path: z.string().min(1).describe('The file: absolute, or relative to the working directory.'),
  content: z.string().describe('The whole new content of the file.'),
});

export const write: Tool<z.output<typeof parameters>> = {
  name: 'Write',
  description: `Writes a file: creates it, or replaces the whole content of the file that is there. Missing directories are created. A symbolic link is followed. The mode of an existing file is kept. Written at once: nobody sees half of it, and if it fails nothing is changed. To change a part of a file, use Edit.`,
  parameters,
  effect: async (args, cwd) => ({ kind: 'writes', files: [await touchedPath(args.file_path, cwd)] }),

  run(args, context) {
    const { cwd, signal } = context;
    return onFile(args.file_path, async () => {
      const gone = await goneDirectory(cwd, args.file_path);
      if (gone) return gone;
      const path = await judgedPath(args.file_path, context);
      const written = await writeAtomic(path, Buffer.from(args.content), signal);
      if (written.ok) {
        return success(`${written.existed ? 'Overwrote' : 'Created'} ${path} (${lineCount(args.content)}).`);
      }
      return signal.aborted ? cancelled(`${path} ${written.reason}.`) : failure(`${path} ${written.reason}.`);
    });
  },
};

function lineCount(content: string): string {
  const lines = content.split('\n').length - (content === '' || content.endsWith('\n') ? 1 : 0);
  return lines === 1 ? '1 line' : `${lines} lines`;
}
