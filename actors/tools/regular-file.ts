import { constants, type Stats } from 'node:fs';
import { lstat, open } from 'node:fs/promises';

/** No tool reads more of a file than this. */
export const LARGEST_FILE = 10 * 1024 * 1024;

export type FileContent = { ok: true; bytes: Buffer } | { ok: false; reason: string };

/**
 * The bytes of a regular file. A pipe, a device or a socket is not even opened: it could hang or act. `path` is real:
 * a link is not followed. Rejects with the system's error when there is none, and with what `opened` rejects with,
 * which is asked before anything is read.
 */
export async function readRegularFile(path: string, opened?: () => Promise<void>): Promise<FileContent> {
  const kind = whatElse(await lstat(path));
  if (kind) return { ok: false, reason: kind };
  // It may have been replaced by a pipe since; opened like this, also a pipe answers at once.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    await opened?.();
    const now = await file.stat();
    const changed = whatElse(now);
    if (changed) return { ok: false, reason: changed };
    // Files of /proc say size 0, others grow meanwhile: what is read counts.
    if (now.size > LARGEST_FILE) return { ok: false, reason: tooLarge(now.size) };
    const chunks: Buffer[] = [];
    let size = 0;
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, null);
      if (bytesRead === 0) return { ok: true, bytes: Buffer.concat(chunks) };
      size += bytesRead;
      if (size > LARGEST_FILE) return { ok: false, reason: tooLarge(size) };
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** What it is, unless it is a regular file. */
export function whatElse(stats: Stats): string | null {
  if (stats.isFile()) return null;
  if (stats.isSymbolicLink()) return 'is a symbolic link by now';
  if (stats.isDirectory()) return 'is a directory, not a file';
  if (stats.isFIFO()) return 'is a named pipe, not a file';
  if (stats.isSocket()) return 'is a socket, not a file';
  return 'is a device, not a file';
}

function tooLarge(size: number): string {
  return `is too large: ${size} bytes or more, ${LARGEST_FILE} at most`;
}
