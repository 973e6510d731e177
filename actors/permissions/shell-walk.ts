import { programName } from './shell-words.ts';

const ALWAYS = /^(?:g?find|fd|fdfind|rg|rgrep|ag|ack|g?tar|bsdtar|rsync|cpio|pax|7za?)$/;
/** Programs that do it when told to, by the letters that tell them. */
const TOLD_BY = new Map<string, string>([
  ...['grep', 'egrep', 'fgrep', 'zgrep', 'rm'].map((name) => [name, 'rR'] as const),
  ...['cp', 'gcp'].map((name) => [name, 'rRa'] as const),
  ...['chmod', 'chown', 'chgrp'].map((name) => [name, 'R'] as const),
  ...['scp', 'diff', 'zip'].map((name) => [name, 'r'] as const),
]);

/** Without a path these search where they stand, and whether a word is a path or what is searched for is not known. */
const SEARCHES_HERE = /^(?:\w?grep|fd|fdfind|rg|ag|ack)$/;

/**
 * The words behind a program that reads, copies or changes the files below the directories that it is given, with
 * `.` where it may mean that unsaid; undefined without one. What only lists names is none, and a comment runs nothing.
 */
export function walked(words: readonly string[]): string[] | undefined {
  if (/^(?:#|\/\/)/.test(words[0] ?? '')) return undefined;
  const at = words.findIndex((word, index) => walks(programName(word), words, index));
  if (at === -1) return undefined;
  const name = programName(words[at]!);
  const rest = words.slice(at + 1);
  const findsHere = /^g?find$/.test(name) && /^(?:-|$)/.test(rest[0] ?? '');
  return findsHere || SEARCHES_HERE.test(name) ? ['.', ...rest] : rest;
}

function walks(name: string, words: readonly string[], index: number): boolean {
  const letters = TOLD_BY.get(name);
  if (letters === undefined) return ALWAYS.test(name);
  const short = new RegExp(`^-[A-Za-z]*[${letters}]`);
  return words.some(
    (word, at) => at > index && (short.test(word) || /^(?:--.*recursive|--archive|recurse)$/.test(word)),
  );
}
