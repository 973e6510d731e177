import type { Secret, Secrets } from './known-secrets.ts';

/** A filter for text that comes in pieces. One filter serves one stream. */
export interface Mask {
  /** What may be shown now. The end of `text` is held back while it may be the beginning of a secret. */
  push(text: string): string;
  /** The rest, at the end of the stream. */
  flush(): string;
}

/**
 * Replaces every occurrence of every secret by `[secret NAME]`, also one that is split over pieces. Where
 * secrets overlap, all that any of them covers is replaced, under the name of the one that begins first.
 */
export function createMask(secrets: Secrets): Mask {
  let held = '';
  // How many characters at the beginning of `held` an occurrence that was already replaced covers.
  let covered = 0;

  const filter = (text: string, holdFrom: number): string => {
    let shown = '';
    let at = covered;
    for (const { start, end, name } of occurrences(text, secrets.list)) {
      if (start >= holdFrom) break;
      if (start >= at) shown += `${text.slice(at, start)}[secret ${name}]`;
      at = Math.max(at, end);
    }
    if (at < holdFrom) shown += text.slice(at, holdFrom);
    held = text.slice(holdFrom);
    covered = Math.max(0, at - holdFrom);
    return shown;
  };

  return {
    push(text) {
      if (secrets.list.length === 0 && held === '') return text;
      const all = held + text;
      return filter(all, all.length - longestBeginning(all, secrets.list));
    },
    flush() {
      return held === '' ? '' : filter(held, held.length);
    },
  };
}

/** Masks a text that is complete. */
export function maskText(secrets: Secrets, text: string): string {
  if (secrets.list.length === 0) return text;
  const mask = createMask(secrets);
  return mask.push(text) + mask.flush();
}

interface Occurrence {
  start: number;
  end: number;
  name: string;
}

/** Every occurrence, also overlapping ones, in order of start; the longer one first. */
function occurrences(text: string, secrets: readonly Secret[]): Occurrence[] {
  const found: Occurrence[] = [];
  for (const { name, value } of secrets) {
    for (let start = text.indexOf(value); start >= 0; start = text.indexOf(value, start + 1)) {
      found.push({ start, end: start + value.length, name });
    }
  }
  return found.sort((a, b) => a.start - b.start || b.end - a.end);
}

/** The length of the longest end of `text` that is a beginning, but not the whole, of a secret. */
function longestBeginning(text: string, secrets: readonly Secret[]): number {
  let longest = 0;
  for (const { value } of secrets) {
    const first = value.charCodeAt(0);
    for (let size = Math.min(value.length - 1, text.length); size > longest; size--) {
      if (text.charCodeAt(text.length - size) !== first) continue;
      if (value.startsWith(text.slice(text.length - size))) longest = size;
    }
  }
  return longest;
}
