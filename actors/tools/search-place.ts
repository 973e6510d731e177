import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import type { ToolOutcome } from '../../machines/ports.ts';
import { failure } from './outcome.ts';
import { touchedPath } from './real-path.ts';

/** Where ripgrep searches. Each of its results then begins with "./". */
export interface SearchPlace {
  /** Where it runs: globs are relative to this. */
  directory: string;
  argument: string;
  /** Stands for the "./": results are relative to the working directory when they are inside. */
  prefix: string;
  /** Options that leave out .git and the protected places of Signalbox. */
  leftOut: string[];
}

/** A pipe or a device is refused: reading it might never end. Rejects with the system's error. */
export async function searchPlace(
  path: string,
  { cwd, env }: { cwd: string; env: Record<string, string> },
  allowed: 'directory' | 'fileOrDirectory',
): Promise<{ ok: true; place: SearchPlace } | { ok: false; outcome: ToolOutcome }> {
  const whole = resolve(cwd, path);
  const found = await stat(whole);
  const isFile = found.isFile() && allowed === 'fileOrDirectory';
  if (!isFile && !found.isDirectory()) {
    const wanted = allowed === 'directory' ? 'a directory' : 'a file or a directory';
    return { ok: false, outcome: failure(`${whole} is not ${wanted}.`) };
  }
  const directory = isFile ? dirname(whole) : whole;
  const leftOut = ['--glob=!.git', '--iglob=!.signalbox'];
  if (env.SIGNALBOX_HOME) leftOut.push(...(await withoutHome(env.SIGNALBOX_HOME, directory)));
  const argument = isFile ? `./${basename(whole)}` : '.';
  return { ok: true, place: { directory, argument, prefix: prefixOf(directory, cwd), leftOut } };
}

/** A result as it is shown. */
export function placed({ prefix }: SearchPlace, result: string): string {
  return result.startsWith('./') ? prefix + result.slice(2) : result;
}

function prefixOf(directory: string, cwd: string): string {
  const inside = relative(cwd, directory);
  if (inside === '') return '';
  const shown = inside.startsWith('..') ? directory : inside;
  return shown.endsWith('/') ? shown : `${shown}/`;
}

/** The home may have any name. A search that begins inside of it is meant for it. */
async function withoutHome(home: string, directory: string): Promise<string[]> {
  const below = relative(await realpath(directory), await touchedPath(home, '/'));
  if (below === '' || below.startsWith('..')) return [];
  return [`--glob=!/${below.replace(/[\\*?[\]{}!]/g, '\\$&')}`];
}
