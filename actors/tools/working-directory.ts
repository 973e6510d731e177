import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { ToolOutcome } from '../../machines/ports.ts';
import { failure } from './outcome.ts';

/**
 * The outcome when the working directory is gone, else null. With a `path`, only if the path needs it: writing
 * a relative path would make the directory anew, empty, and look as if all were well.
 */
export async function goneDirectory(cwd: string, path = '.'): Promise<ToolOutcome | null> {
  if (isAbsolute(path)) return null;
  const isThere = await stat(cwd).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isThere
    ? null
    : failure(`The working directory ${cwd} does not exist any more. Choose another one.`);
}
