import { constants } from 'node:fs';
import { lstat, mkdir, open, readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { foldName } from '../permissions/fold-name.ts';
import { PlaceChanged } from './place-changed.ts';
import { touchedPath } from './real-path.ts';

const IS_LINUX = process.platform === 'linux';
/** Opens a folder as a place only, which needs no right to list it. Node has no name for it. */
const O_PATH = 0o10000000;
const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
/** Where Linux shows what each descriptor of this process is. */
const DESCRIPTORS = '/proc/self/fd';

/**
 * A folder that stays the one it was when it was opened, whatever is put in the place of its path meanwhile. Where the
 * system has no way to say so, it is a path that `check` looks at again.
 */
export interface HeldFolder {
  /** A path to a name in it, the last part of which may still be a link. */
  at(name: string): string;
  /** Rejects with `PlaceChanged` unless the folder is where it was opened. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a folder by its real path; with `make` it and those above it are made where they are missing, one by one, each
 * in the one that is held. Rejects with `PlaceChanged` when the path leads elsewhere by now, or with the system's error.
 */
export async function holdFolder(path: string, make = false, descriptors = DESCRIPTORS): Promise<HeldFolder> {
  try {
    return await openFolder(path, path, descriptors);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' || !make || dirname(path) === path) throw await changeOr(error, path);
  }
  const above = await holdFolder(dirname(path), true, descriptors);
  try {
    const here = above.at(basename(path));
    await mkdir(here).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw takesNone(path);
      if (error.code !== 'EEXIST') throw error;
    });
    return await openFolder(here, path, descriptors);
  } catch (error) {
    throw await changeOr(error, path);
  } finally {
    await above.close();
  }
}

/** `place` is where to open it, `path` what it has to be. */
async function openFolder(place: string, path: string, descriptors: string): Promise<HeldFolder> {
  const folder = await open(place, (IS_LINUX ? O_PATH : O_RDONLY) | O_DIRECTORY | O_NOFOLLOW);
  const link = join(descriptors, String(folder.fd));
  const isHeld = await readlink(link).then(
    () => true,
    () => false,
  );
  const held: HeldFolder = {
    at: (name) => `${isHeld ? link : path}/${name || '.'}`,
    async check() {
      const now = isHeld ? await readlink(link) : await touchedPath(path, '/');
      if (!isSame(now, path)) throw new PlaceChanged(path, now);
    },
    close: () => folder.close(),
  };
  try {
    await held.check();
    return held;
  } catch (error) {
    await held.close();
    throw error;
  }
}

/** As in /proc: the folder above is there, and the system still says that it is not. */
function takesNone(path: string): Error {
  return Object.assign(new Error(`${dirname(path)} takes no new folder`), { code: 'NO_FOLDER' });
}

/** Some file systems keep another spelling of a name than the one that was asked for. */
function isSame(a: string, b: string): boolean {
  return a === b || foldName(a) === foldName(b);
}

/** What failed because the path leads elsewhere by now says so. */
export async function changeOr(error: unknown, judged: string): Promise<unknown> {
  if (error instanceof PlaceChanged) return error;
  const now = await touchedPath(judged, '/');
  const isLink = await lstat(judged).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
  return now === judged && !isLink ? error : new PlaceChanged(judged, now);
}
