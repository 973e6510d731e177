const CLAUSE_END = /([\n;|&()`]+)/;
const WORD_END = /[\s=,<>]+/;
const SEPARATOR = /[ \t\r;|&()`=,<>]/g;
/** A separator within a quoted word is moved here, out of the way of splitting, and back. */
const PRIVATE = 0xe000;
/** What stands before a text that is run as a command. */
const RUNS_TEXT = /(?:\s-\w*[ce]|\beval)\s*$/;

/**
 * A shell text in which the quoted words of a line stay whole when it is split, also without their quotes:
 * `grep -r "a / b"` does not name `/`. Not those that are run themselves, as after `-c` or within `$(…)`.
 */
export function withWholeWords(text: string): string {
  return text.replace(/\\[\s\S]|'[^'\n]*'|"(?:\\.|[^"\\\n])*"/g, (found, at: number) => {
    const isRun = found.startsWith('"') && /\$\(|`/.test(found);
    if (found.startsWith('\\') || isRun || RUNS_TEXT.test(text.slice(Math.max(0, at - 32), at))) return found;
    return found.replace(SEPARATOR, (sign) => String.fromCharCode(PRIVATE + sign.charCodeAt(0)));
  });
}

/** One simple command, roughly: no grammar, only what separates commands and words. */
export interface Clause {
  words: string[];
  /** The signs before it, such as `&&` or `;(`. */
  before: string;
}

export function clauses(reading: string): Clause[] {
  const parts = ['', ...reading.split(CLAUSE_END)];
  return Array.from({ length: parts.length / 2 }, (_, n) => ({
    before: parts[2 * n]!,
    words: parts[2 * n + 1]!.split(WORD_END).filter(Boolean).map(restore),
  }));
}

function restore(word: string): string {
  return word.replace(/[\ue000-\ue07f]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - PRIVATE));
}

/** `git`, also of `/usr/bin/git`. */
export function programName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}

/** Where the commands behind it happen. */
export function changesDirectory(word: string): boolean {
  return /^(?:cd|chdir|pushd|popd)$/.test(word);
}
