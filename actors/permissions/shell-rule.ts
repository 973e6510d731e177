import { withoutQuotes } from './shell-spellings.ts';

/** For a list that restricts: the command apart from blanks around it. */
export function isCommand(command: string, ruled: string): boolean {
  return command.trim() === ruled.trim();
}

/**
 * Does the prefix stand at the start of a word anywhere in the command, as written or with its quotes and
 * backslashes removed? Blanks count as one. For lists that restrict only: to allow it is far too wide.
 */
export function hasPrefix(command: string, prefix: string): boolean {
  const wanted = oneBlank(prefix);
  return [command, withoutQuotes(command)].some((reading) => startsWord(oneBlank(reading), wanted));
}

function startsWord(text: string, wanted: string): boolean {
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
    if (at === 0 || !/\w/.test(text[at - 1]!)) return true;
  }
  return false;
}

function oneBlank(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
