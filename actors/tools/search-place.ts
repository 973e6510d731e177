import { lstat } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import type { ToolOutcome } from '../../machines/ports.ts';
import { changeOr, holdFolder } from './held-folder.ts';
import { judgedPath } from './judged-file.ts';
import { failure } from './outcome.ts';
import { PlaceChanged } from './place-changed.ts';
import { touchedPath } from './real-path.ts';
import type { ToolContext } from './tool.ts';

/** Where ripgrep searches. Each of its results then begins with "./". */
export interface SearchPlace {
  /** Where it runs: globs are relative to this. Held, so that it is the one that was judged. */
  directory: string;
  argument: string;
  /** What each result begins with, and what is shown for it: relative to the working directory when it is inside. */
  begins: string;
  shown: string;
  /** Options that leave out .git and the protected places of Signalbox. */
  leftOut: string[];
}

/**
 * Searches the place that was judged, which is held meanwhile. A pipe or a device is refused: reading it might never
 * end. Rejects with `PlaceChanged`, also when it came to lead elsewhere during the search, or with the system's error.
 */
export async function inSearchPlace(
  path: string,
  context: Pick<ToolContext, 'cwd' | 'env' | 'effect'>,
  allowed: 'directory' | 'fileOrDirectory',
  search: (place: SearchPlace) => Promise<ToolOutcome>,
): Promise<ToolOutcome> {
  const { cwd, env } = context;
  const whole = resolve(cwd, path);
  const real = await judgedPath(path, context);
  const found = await lstat(real);
  const isFile = found.isFile() && allowed === 'fileOrDirectory';
  if (!isFile && !found.isDirectory()) {
    const wanted = allowed === 'directory' ? 'a directory' : 'a file or a directory';
    return failure(`${whole} is not ${wanted}.`);
  }
  const directory = isFile ? dirname(real) : real;
  const leftOut = ['--glob=!.git', '--iglob=!.signalbox'];
  if (env.SIGNALBOX_HOME) leftOut.push(...(await withoutHome(env.SIGNALBOX_HOME, directory)));
  const folder = await holdFolder(directory);
  const file = basename(real);
  const from = isFile ? dirname(whole) : whole;
  const place = isFile
    ? { argument: `./${file}`, begins: `./${file}`, shown: prefixOf(from, cwd) + basename(whole) }
    : { argument: '.', begins: './', shown: prefixOf(from, cwd) };
  try {
    const outcome = await search({ directory: folder.at(''), leftOut, ...place });
    await folder.check();
    // ripgrep opens the file by its name.
    if (isFile && (await lstat(folder.at(file))).isSymbolicLink()) throw new PlaceChanged(real, real);
    return outcome;
  } catch (error) {
    throw await changeOr(error, real);
  } finally {
    await folder.close();
  }
}

/** A result as it is shown. */
export function placed({ begins, shown }: SearchPlace, result: string): string {
  return result.startsWith(begins) ? shown + result.slice(begins.length) : result;
}

function prefixOf(directory: string, cwd: string): string {
  const inside = relative(cwd, directory);
  if (inside === '') return '';
  const shown = inside.startsWith('..') ? directory : inside;
  return shown.endsWith('/') ? shown : `${shown}/`;
}

/** The home may have any name. A search that begins inside of it is meant for it. `directory` is real. */
async function withoutHome(home: string, directory: string): Promise<string[]> {
  const below = relative(directory, await touchedPath(home, '/'));
  if (below === '' || below.startsWith('..')) return [];
  return [`--glob=!/${below.replace(/[\\*?[\]{}!]/g, '\\$&')}`];
}
