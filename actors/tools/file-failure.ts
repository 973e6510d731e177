import type { ToolOutcome } from '../../machines/ports.ts';
import { failure } from './outcome.ts';
import { PlaceChanged } from './place-changed.ts';

const REASONS: Record<string, string> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be accessed: permission denied',
  EPERM: 'may not be changed: operation not permitted',
  EISDIR: 'is a directory',
  ENOTDIR: 'has a file where a directory should be',
  ELOOP: 'leads through too many symbolic links; perhaps they form a loop',
  ENAMETOOLONG: 'is too long a path',
  ENOSPC: 'could not be written: the disk is full',
  EDQUOT: 'could not be written: the disk quota is used up',
  EROFS: 'is on a file system that is read-only',
  EMFILE: 'could not be opened: this host has too many files open; try again',
  ERR_INVALID_ARG_VALUE: 'has a NUL character in it',
};

/** Runs the work on one file; what the file system refuses becomes an outcome that names the path. */
export async function onFile(path: string, work: () => Promise<ToolOutcome>): Promise<ToolOutcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PlaceChanged) return failure(error.message);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return failure(`${path} ${REASONS[code] ?? `could not be used: ${message}`}.`);
  }
}
