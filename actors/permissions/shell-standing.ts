import { resolve } from 'node:path';
import { foldName } from './fold-name.ts';
import { type Clause, changesDirectory } from './shell-words.ts';

/** No system goes further down. */
const LONGEST_PATH = 4096;

/** Absolute, normalised, folded. */
export interface Ground {
  cwd: string;
  userHome: string;
}

/** The words of a simple command, and the directories that it could mean them from. */
export interface PlacedWords {
  words: string[];
  from: string[];
}

const FOR_ONE_COMMAND = /^(?:-C|--(?:chdir|directory|cwd|prefix))$/;

/**
 * Follows each `cd` of a command, out of parentheses and back again. What stands behind `-C` and its like counts for
 * its own command only, beside where that stands.
 */
export function placedWords(clauses: readonly Clause[], ground: Ground): PlacedWords[] {
  let here = ground.cwd;
  let last = ground.cwd;
  const outside: string[] = [];
  return clauses.map(({ words, before }) => {
    for (const sign of before) {
      if (sign === '(') outside.push(here);
      else if (sign === ')') here = outside.pop() ?? here;
    }
    const from = [here, ...elsewhere(words).map((word) => at(here, word, ground))];
    const moves = words.findIndex(changesDirectory);
    if (moves !== -1) {
      const target = words.slice(moves + 1).find((word) => !/^-./.test(word)) ?? '~';
      const back = target === '-' || words[moves] === 'popd';
      const there = back ? last : at(here, target, ground);
      if (there.length <= LONGEST_PATH) [here, last] = [there, here];
    }
    return { words, from };
  });
}

/** Where a word leads from a directory. */
export function at(from: string, word: string, { userHome }: Ground): string {
  return resolve(from, foldName(word).replace(/^~(?=\/|$)/, userHome));
}

function elsewhere(words: readonly string[]): string[] {
  return words.filter((_, n) => n > 0 && FOR_ONE_COMMAND.test(words[n - 1]!));
}
