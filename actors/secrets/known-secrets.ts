import { isSecret } from './secret-names.ts';

/** A value that must not show, and the name that stands in its place. */
export interface Secret {
  name: string;
  value: string;
}

/** The secrets that this process knows, the longest first. Grows while the process runs. */
export interface Secrets {
  readonly list: readonly Secret[];
  /** Values shorter than 8 characters are ignored: they would be found everywhere. */
  add(name: string, value: string): void;
}

const SHORTEST = 8;

/** Collects the secrets of an environment (`process.env` at start). */
export function knownSecrets(env: Record<string, string | undefined>): Secrets {
  const list: Secret[] = [];
  const insert = (name: string, value: string): void => {
    if (value.length < SHORTEST || list.some((known) => known.value === value)) return;
    const at = list.findIndex((known) => known.value.length < value.length);
    list.splice(at < 0 ? list.length : at, 0, { name, value });
  };
  const add = (name: string, value: string): void => {
    const whole = value.trim();
    insert(name, whole);
    if (!whole.includes('\n')) return;
    // Output shows a key of several lines also line by line (numbered, indented, one line found by a search).
    for (const line of whole.split('\n')) {
      if (!line.startsWith('-----')) insert(name, line.trim());
    }
  };
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && isSecret(name, value)) add(name, value);
  }
  return { list, add };
}
