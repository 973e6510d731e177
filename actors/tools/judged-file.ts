import { basename, dirname } from 'node:path';
import { changeOr, holdFolder } from './held-folder.ts';
import { PlaceChanged } from './place-changed.ts';
import { realPath } from './real-path.ts';
import { type FileContent, readRegularFile } from './regular-file.ts';
import type { ToolContext } from './tool.ts';

/**
 * The real path that a call was judged by. Rejects with `PlaceChanged` when `path` leads elsewhere by now, and with the
 * system's error when it leads nowhere.
 */
export async function judgedPath(
  path: string,
  { cwd, effect }: Pick<ToolContext, 'cwd' | 'effect'>,
): Promise<string> {
  const now = await realPath(path, cwd);
  const judged = effect.kind === 'anything' ? undefined : effect.files[0];
  if (judged === undefined) throw new Error(`nobody allowed ${now}`);
  if (now !== judged) throw new PlaceChanged(judged, now);
  return judged;
}

/** The bytes of the file that was judged. Rejects with `PlaceChanged`, or with the system's error. */
export async function readJudged(path: string): Promise<FileContent> {
  const folder = await holdFolder(dirname(path));
  try {
    return await readRegularFile(folder.at(basename(path)), folder.check);
  } catch (error) {
    throw await changeOr(error, path);
  } finally {
    await folder.close();
  }
}
