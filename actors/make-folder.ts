import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder that only its owner may enter, and every one above it that is missing. Throws the system's error,
 * which names the folder that was refused. One by one, because Node's own `recursive` never ends where a folder takes
 * none although it is there, as in /proc.
 */
export function makeFolder(path: string): void {
  const missing = [resolve(path)];
  while (missing.length > 0) {
    const next = missing.at(-1) as string;
    const error = makeOne(next);
    if (error === null) missing.pop();
    else if (error.code === 'ENOENT' && !isFolder(dirname(next))) missing.push(dirname(next));
    else throw error;
  }
}

/** Null when it is there now, whoever made it. */
function makeOne(path: string): NodeJS.ErrnoException | null {
  try {
    mkdirSync(path, { mode: 0o700 });
    return null;
  } catch (error) {
    return isFolder(path) ? null : (error as NodeJS.ErrnoException);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
