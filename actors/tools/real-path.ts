import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

const MOST_LINKS = 40;

/**
 * Where a path leads: absolute, through every symbolic link, also for a file that does not exist yet.
 * Rejects with the system's error (ELOOP, EACCES, ENOTDIR …) when it leads nowhere.
 */
export async function realPath(path: string, cwd: string): Promise<string> {
  return follow(resolve(cwd, path), MOST_LINKS);
}

/** The same, for asking what a call may touch: a path that leads nowhere touches only itself. */
export async function touchedPath(path: string, cwd: string): Promise<string> {
  try {
    return await realPath(path, cwd);
  } catch {
    return resolve(cwd, path);
  }
}

async function follow(path: string, linksLeft: number): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
  }
  const here = join(await follow(dirname(path), linksLeft), basename(path));
  const target = await linkTarget(here);
  if (target === null) return here;
  if (linksLeft === 0) throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
  return follow(resolve(dirname(here), target), linksLeft - 1);
}

/** Null when it is no symbolic link, or not there. */
async function linkTarget(path: string): Promise<string | null> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : null;
  } catch {
    return null;
  }
}
