import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { below, contains } from './contains.ts';
import type { JudgedCall } from './judged-call.ts';
import { matchGlob } from './match-glob.ts';
import { PROTECTED_NAME, type ProtectedPlaces } from './protected-places.ts';

const MAX_ENTRIES = 1000;

/**
 * The first protected place under the directory of a search that the search can come to, hidden files
 * included: the home, and the `.signalbox` of that directory and of those between it and the working
 * directory. It counts when the search's own filter lets a file pass that is there now. Others further
 * down are not looked for, that would be the search itself; a tool that skips them has no such gap.
 */
export async function reachedPlace(call: JudgedCall, places: ProtectedPlaces): Promise<string | undefined> {
  if (call.class !== 'searching') return undefined;
  for (const root of call.real) {
    for (const place of protectedBelow(root, call, places)) {
      if (await passes(call, root, place)) return place;
    }
  }
  return undefined;
}

function protectedBelow(root: string, call: JudgedCall, places: ProtectedPlaces): string[] {
  const homes = places.homes.filter((home) => contains(root, home));
  if (call.skipsProtected) return homes.filter((home) => !namesBelow(root, home).includes(PROTECTED_NAME));
  const dirs = [root];
  const names = contains(root, call.realCwd) ? namesBelow(root, call.realCwd) : [];
  for (const name of names) dirs.push(join(dirs.at(-1)!, name));
  return [...homes, ...dirs.map((dir) => join(dir, PROTECTED_NAME))];
}

function namesBelow(dir: string, path: string): string[] {
  return below(dir, path).split('/').filter(Boolean);
}

async function passes(call: JudgedCall, root: string, place: string): Promise<boolean> {
  const filter = call.name === 'Glob' ? call.args.pattern : call.args.glob;
  const files = await filesIn(place);
  if (files === 'many' || typeof filter !== 'string') return files.length > 0;
  // What ripgrep leaves out by a "!" filter says little about what it leaves in.
  if (filter.startsWith('!') && files.length > 0) return true;
  return files.some((file) => passesFilter(root, file, filter));
}

/** A filter may mean the whole path, the path from the search's directory, or the name, by the tool's taste. */
function passesFilter(root: string, file: string, filter: string): boolean {
  const seen = [below(root, file), file, basename(file)];
  return seen.some((path) => matchGlob(path, filter) || matchGlob(path, `**/${filter}`));
}

async function filesIn(place: string): Promise<string[] | 'many'> {
  const files: string[] = [];
  const dirs = [place];
  for (let dir = dirs.pop(); dir !== undefined; dir = dirs.pop()) {
    for (const entry of await entriesOf(dir)) {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) dirs.push(path);
      else files.push(path);
    }
    if (files.length + dirs.length > MAX_ENTRIES) return 'many';
  }
  return files;
}

// What cannot be listed cannot be searched by this process either.
async function entriesOf(dir: string) {
  try {
    return await readdir(dir, { withFileTypes: true });
  } catch {
    return [];
  }
}
