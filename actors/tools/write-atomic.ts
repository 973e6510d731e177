import { constants } from 'node:fs';
import { access, type FileHandle, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { nanoid } from 'nanoid';
import { changeOr, type HeldFolder, holdFolder } from './held-folder.ts';
import { whatElse } from './regular-file.ts';

export type Written = { ok: true; existed: boolean } | { ok: false; reason: string };

/** Where a directory or the file itself cannot be replaced, its content still can. */
const NOT_REPLACEABLE = new Set(['EACCES', 'EPERM', 'EBUSY', 'EXDEV']);

/**
 * Gives a file new content: whoever reads it sees the old or the new, never a part. Makes the directories
 * above, keeps the mode of a file that is there. `path` is real, and nothing is written where it leads elsewhere by
 * now. Until the last moment an abort leaves everything as it was. Rejects with `PlaceChanged` or the system's error.
 */
export async function writeAtomic(path: string, content: Uint8Array, signal: AbortSignal): Promise<Written> {
  const folder = await holdFolder(dirname(path), true);
  try {
    return await writeIn(folder, basename(path), content, signal);
  } catch (error) {
    throw await changeOr(error, path);
  } finally {
    await folder.close();
  }
}

async function writeIn(
  folder: HeldFolder,
  name: string,
  content: Uint8Array,
  signal: AbortSignal,
): Promise<Written> {
  const path = folder.at(name);
  const before = await lstat(path).catch(unlessMissing);
  if (before) {
    const kind = whatElse(before);
    if (kind) return { ok: false, reason: kind };
    // Renaming over it would get past the write protection of the file.
    await access(path, constants.W_OK);
  }
  const draft = folder.at(`.signalbox-${nanoid()}.tmp`);
  try {
    const file = await open(draft, 'wx');
    try {
      await folder.check();
      await fill(file, content, before?.mode);
    } finally {
      await file.close();
    }
    if (signal.aborted) return { ok: false, reason: 'was not written: cancelled' };
    await folder.check();
    await rename(draft, path);
  } catch (error) {
    if (!before || !NOT_REPLACEABLE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    // A single file mounted into a container, or a directory in which we may not create.
    await writeInPlace(folder, path, content);
  } finally {
    await rm(draft, { force: true });
  }
  return { ok: true, existed: before !== null };
}

async function writeInPlace(folder: HeldFolder, path: string, content: Uint8Array): Promise<void> {
  const { O_WRONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  const file = await open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
  try {
    await folder.check();
    await file.truncate();
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function fill(file: FileHandle, content: Uint8Array, mode: number | undefined): Promise<void> {
  await file.writeFile(content);
  if (mode !== undefined) await file.chmod(mode & 0o7777);
  await file.datasync();
}

function unlessMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
