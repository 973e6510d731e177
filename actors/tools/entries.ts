import { beginningOf } from './capture.ts';

/** Splits a text that comes in pieces; keeps only the beginning of an entry that is too long. */
export interface Entries {
  push(text: string): void;
  /** The last entry, if the text did not end with a separator. */
  finish(): void;
}

/** An entry of more than `limit` characters is given as its beginning and how many were cut. */
export function createEntries(separator: string, limit: number, onEntry: (entry: string) => void): Entries {
  let kept = '';
  let size = 0;

  const add = (piece: string): void => {
    size += piece.length;
    if (kept.length <= limit) kept += piece.slice(0, limit + 1 - kept.length);
  };
  const end = (): void => {
    const entry = beginningOf(kept, limit);
    onEntry(size > limit ? `${entry} [${size - entry.length} characters cut]` : entry);
    kept = '';
    size = 0;
  };

  return {
    push(text) {
      let from = 0;
      for (let to = text.indexOf(separator); to >= 0; to = text.indexOf(separator, from)) {
        add(text.slice(from, to));
        end();
        from = to + separator.length;
      }
      add(text.slice(from));
    },
    finish() {
      if (size > 0) end();
    },
  };
}
