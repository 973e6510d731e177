import { ANYTHING, couldMention } from './could-mention.ts';
import { foldName } from './fold-name.ts';
import type { ShellPlace } from './shell-mention.ts';
import { shellReadings } from './shell-spellings.ts';
import { walked } from './shell-walk.ts';
import { type Clause, changesDirectory, clauses, programName, withWholeWords } from './shell-words.ts';

/** Also `credentials.json.123`, a draft of it; not `my-credentials.json`. */
const CREDENTIALS = /(?<![\p{L}\p{N}_.-])credentials\.json(?![\p{L}\p{N}_-])/u;
const PROC = /^\/+proc(?:\/|$)/;
const MEMORY = /(?:^|\/)(?:environ|mem)$/;

/**
 * What a command names that shows our tokens or the host's keys, wherever it stands: our own command for tokens, the
 * file that keeps them, and what the system tells of another process's environment and memory.
 */
export function shownSecret(text: string, { cwd, userHome }: ShellPlace): string | undefined {
  const known = { HOME: userHome, PWD: cwd };
  for (const reading of shellReadings(text, known)) {
    if (CREDENTIALS.test(foldName(reading))) return 'credentials.json';
    if (showsProcess(clauses(reading))) return 'environ or mem in /proc';
  }
  const printsToken = shellReadings(withWholeWords(text), known).some((reading) =>
    clauses(reading).some(isTokenCommand),
  );
  return printsToken ? 'signalbox token' : undefined;
}

function showsProcess(all: Clause[]): boolean {
  const standsThere = all.some(
    ({ words }) => words.some(changesDirectory) && words.some((word) => PROC.test(word)),
  );
  return all.some(
    ({ words }) =>
      walked(words)?.some((word) => PROC.test(word)) ||
      words.some((word) => isInProc(word) || (standsThere && MEMORY.test(word))),
  );
}

/** `/proc/1/environ`, also `proc/self/task/2/mem`. */
function isInProc(word: string): boolean {
  const names = word.split('/').filter(Boolean);
  const proc = names.indexOf('proc');
  return proc !== -1 && proc < names.length - 2 && MEMORY.test(names.at(-1)!);
}

function isTokenCommand({ words }: Clause): boolean {
  const folded = words.map(foldName);
  const program = folded.findIndex((word) =>
    could(programName(word).replace(/@.*$|\.[cm]?[jt]s$/, ''), 'signalbox'),
  );
  return program !== -1 && folded.slice(program + 1).some((word) => could(word, 'token'));
}

function could(word: string, name: string): boolean {
  return word === name || (/[*?[{]/.test(word) || word.includes(ANYTHING) ? couldMention(word, name) : false);
}
