import { constants } from 'node:fs';
import { access, type FileHandle, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nanoid } from 'nanoid';
import { whatElse } from './regular-file.ts';

export type Written = { ok: true; existed: boolean } | { ok: false; reason: string };

/** Where a directory or the file itself cannot be replaced, its content still can. */
const NOT_REPLACEABLE = new Set(['EACCES', 'EPERM', 'EBUSY', 'EXDEV']);

/**
 * Gives a file new content: whoever reads it sees the old or the new, never a part. Makes the directories
 * above, keeps the mode of a file that is there. `path` is real: through a symbolic link it would be the link
 * that is replaced. Until the last moment an abort leaves everything as it was. Rejects with the system's error.
 */
export async function writeAtomic(path: string, content: Uint8Array, signal: AbortSignal): Promise<Written> {
  const before = await stat(path).catch(unlessMissing);
  if (before) {
    const kind = whatElse(before);
    if (kind) return { ok: false, reason: kind };
    // Renaming over it would get past the write protection of the file.
    await access(path, constants.W_OK);
  } else {
    await mkdir(dirname(path), { recursive: true });
  }
  const draft = join(dirname(path), `.signalbox-${nanoid()}.tmp`);
  try {
    const file = await open(draft, 'wx');
    try {
      await fill(file, content, before?.mode);
    } finally {
      await file.close();
    }
    if (signal.aborted) return { ok: false, reason: 'was not written: cancelled' };
    await rename(draft, path);
  } catch (error) {
    if (!before || !NOT_REPLACEABLE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    // A single file mounted into a container, or a directory in which we may not create.
    await writeFile(path, content, { flush: true });
  } finally {
    await rm(draft, { force: true });
  }
  return { ok: true, existed: before !== null };
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
