import { basename } from 'node:path';
import { segments } from './contains.ts';
import { ANYTHING } from './could-mention.ts';
import { foldName } from './fold-name.ts';
import type { ShellPlace } from './shell-mention.ts';
import { shellReadings } from './shell-spellings.ts';
import { at, type Ground, type PlacedWords, placedWords } from './shell-standing.ts';
import { walked } from './shell-walk.ts';
import { changesDirectory, clauses, withWholeWords } from './shell-words.ts';

/** An address is no path, but for what is put into it. */
const ADDRESS = /\b(?!file:)[a-z][a-z0-9+.-]{0,20}:\/\/[^\s'"`$()]*/gi;

/**
 * The home that a command could come to from a directory above it, without naming it: it stands there after a `cd`
 * and names the rest, goes through all that is below, or goes on with what is known only at run time.
 */
export function reachedFromAbove(text: string, where: ShellPlace): string | undefined {
  const { cwd, userHome, places } = where;
  const ground = { cwd: foldName(cwd), userHome: foldName(userHome) };
  const user = basename(userHome);
  const known = { HOME: userHome, PWD: cwd, USER: user, LOGNAME: user };
  const all = shellReadings(withWholeWords(text.replace(ADDRESS, 'address')), known).flatMap((reading) =>
    placedWords(clauses(reading), ground),
  );
  return places.homes.find((home) => {
    const names = segments(foldName(home));
    return all.some((placed) => comesTo(names, placed, ground));
  });
}

function comesTo(names: string[], { words, from }: PlacedWords, ground: Ground): boolean {
  const leads = (word: string, to: (path: string[], names: string[]) => boolean, begins = from): boolean =>
    begins.some((place) => to(segments(at(place, word, ground)), names));
  const through = walked(words)?.flatMap(pathIn);
  if (through?.some((word) => leads(word, isAbove))) return true;
  const moves = words.some(changesDirectory);
  const moved = from.filter((place) => place !== ground.cwd);
  return words.flatMap(pathIn).some((word) => {
    if (!word.includes(ANYTHING)) return leads(word, isWithin, moved);
    return (moves || word.includes('/')) && leads(word, goesOn);
  });
}

/** A word, and the path that follows an option's letters in it, as in `-C/srv`. Slashes alone begin a comment. */
function pathIn(word: string): string[] {
  if (/^\/\/+$/.test(word)) return [];
  const behind = /^-[\w-]*([/~].*)$/.exec(word)?.[1];
  return behind === undefined ? [word] : [word, behind];
}

function isAbove(path: string[], names: string[]): boolean {
  // Below the root anything unknown would be above every home.
  if (path.length >= names.length || path[1]?.includes(ANYTHING)) return false;
  return path.every((name, n) => couldBe(name, names[n]!));
}

function isWithin(path: string[], names: string[]): boolean {
  return path.length >= names.length && names.every((name, n) => couldBe(path[n]!, name));
}

/** Is what stands before the unknown a directory above the home, other than the root? */
function goesOn(path: string[], names: string[]): boolean {
  const unknown = path.findIndex((name) => name.includes(ANYTHING));
  if (unknown < 2 || unknown >= names.length) return false;
  return path.slice(0, unknown + 1).every((name, n) => couldBe(name, names[n]!));
}

/** By what a name has before its first wildcard. None reaches a hidden name by itself. */
function couldBe(pattern: string, name: string): boolean {
  const wildcard = [...pattern].findIndex((letter) => '*?[{'.includes(letter) || letter === ANYTHING);
  if (wildcard === -1) return pattern === name;
  if (wildcard === 0 && name.startsWith('.') && !pattern.startsWith(ANYTHING)) return false;
  return name.startsWith(pattern.slice(0, wildcard));
}
