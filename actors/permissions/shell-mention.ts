import { relative, resolve } from 'node:path';
import { beginsWith, contains, segments } from './contains.ts';
import { ANYTHING, couldMention } from './could-mention.ts';
import { foldName } from './fold-name.ts';
import { PROTECTED_NAME, type ProtectedPlaces } from './protected-places.ts';
import { shellSpellings } from './shell-spellings.ts';

/** What a shell text is read against; absolute paths. */
export interface ShellPlace {
  cwd: string;
  userHome: string;
  places: ProtectedPlaces;
}

// With these a bare `*` reaches hidden names too, so that nothing of the name need be written.
const REACHES_HIDDEN = /dotglob|globignore|glob_?dots/;

/**
 * Does the text mention a protected place, in any spelling that a shell could join, expand or match to it?
 * It errs towards yes: `grep '.*'` is one, because `.*` matches `.signalbox`. A name put together at run time from
 * pieces that show nothing of it, and a program that walks down from above, are for shell-reach.ts to see.
 */
export function mentionsProtected(text: string, where: ShellPlace): boolean {
  const homes = where.places.homes.filter((home) => !segments(home).map(foldName).includes(PROTECTED_NAME));
  const known = { HOME: where.userHome, PWD: where.cwd };
  return shellSpellings(text, known).some(
    (reading) =>
      reading.includes(PROTECTED_NAME) ||
      reading.includes('signalbox_home') ||
      REACHES_HIDDEN.test(reading) ||
      couldMention(reading, PROTECTED_NAME) ||
      homes.some((home) => mentionsPath(reading, home, where)),
  );
}

/** A home that is not called `.signalbox` is looked for as a path, whole or word by word. */
function mentionsPath(reading: string, home: string, { cwd, userHome }: ShellPlace): boolean {
  const spellings = contains(userHome, home) ? [home, `~/${relative(userHome, home)}`] : [home];
  if (spellings.some((spelling) => includesPath(reading, foldName(spelling)))) return true;

  const names = segments(home).map(foldName);
  const from = foldName(cwd);
  const words = new Set(reading.split(/[\s;|&()<>=:,`]+/));
  return [...words].some((word) => {
    const path = resolve(from, word.replace(/^~(?=\/|$)/, foldName(userHome)));
    const at = segments(path);
    return couldBegin(at, names) || (word.startsWith(ANYTHING) && couldEnd(word, names));
  });
}

/** Anywhere, as in `-I/srv/box`, but not as the beginning of a longer name. */
function includesPath(text: string, path: string): boolean {
  for (let at = text.indexOf(path); at !== -1; at = text.indexOf(path, at + 1)) {
    if (!/[\p{L}\p{N}_.-]/u.test(text.charAt(at + path.length))) return true;
  }
  return false;
}

function couldBegin(at: string[], names: string[]): boolean {
  return at.length >= names.length && names.every((name, n) => couldBe(at[n]!, name));
}

/** `$x/sb/log`: what `$x` is we do not know, but `sb` is how the home's path ends. */
function couldEnd(word: string, names: string[]): boolean {
  const rest = word.split('/').slice(1);
  return rest.length > 0 && names.some((_, n) => n > 0 && beginsWith(rest, names.slice(n)));
}

/** A pattern is taken by what it has before its first wildcard: the rest of it may be anything. */
function couldBe(pattern: string, name: string): boolean {
  const wildcard = [...pattern].findIndex((letter) => '*?[{'.includes(letter) || letter === ANYTHING);
  return wildcard === -1 ? pattern === name : name.startsWith(pattern.slice(0, wildcard));
}
