import { usageError } from './cli-error.ts';

/** The first word of a command such as `agents create NAME`; `list` when there is none. */
export function readAction<A extends string>(
  name: string,
  actions: readonly A[],
  words: readonly string[],
): A {
  const word = words[0] ?? 'list';
  const action = actions.find((known) => known === word);
  if (action) return action;
  throw usageError(`${name} "${word}" is not known. It is one of: ${actions.join(', ')}`);
}

/** A word that must be there. `what` names it, such as `an agent's id`. */
export function needWord(words: readonly string[], index: number, what: string, example: string): string {
  const word = words[index];
  if (word) return word;
  throw usageError(`${what} is missing. For example: signalbox ${example}`);
}

/** Refuses words that nobody reads. */
export function noMoreWords(words: readonly string[], most: number, example: string): void {
  if (words.length > most)
    throw usageError(`unexpected word "${words[most]}". For example: signalbox ${example}`);
}
