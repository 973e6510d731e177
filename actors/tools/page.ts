/** Takes what fits from a list of any length and counts the rest. */
export interface Page {
  /** False when it need not count any further. */
  add(entry: string): boolean;
  shown: string[];
  /** One line about what is not shown; empty when all is shown. `complete`: the list came to its end. */
  note(complete: boolean): string;
  total: number;
}

export interface PageLimits {
  /** What the entries are: `lines`, `files`. */
  noun: string;
  /** How many entries to skip. */
  offset: number;
  entries: number;
  /** For the text of all entries together, line breaks included. */
  characters: number;
  /** What to do to see the rest; `last` is the number of the last entry shown. */
  hint(last: number): string;
}

/** Beyond this nobody needs the exact number. */
const MOST_COUNTED = 100_000;

export function createPage({ noun, offset, entries, characters, hint }: PageLimits): Page {
  const shown: string[] = [];
  let size = 0;
  let full = false;
  let why = '';
  const page: Page = {
    shown,
    total: 0,
    add(entry) {
      page.total += 1;
      if (page.total <= offset || full) return page.total < MOST_COUNTED;
      size += entry.length + 1;
      if (shown.length === entries) full = true;
      else if (size > characters) {
        full = true;
        why = `; more would be over ${characters} characters`;
      } else shown.push(entry);
      return true;
    },
    note(complete) {
      const last = offset + shown.length;
      if (complete && offset === 0 && last === page.total) return '';
      const all = `${page.total} ${noun}${complete ? '' : ' found until the search was stopped'}`;
      if (shown.length === 0) return `[${all}, none from offset ${offset} on.]`;
      const rest = page.total - last;
      const more = rest > 0 ? ` ${rest} left out: ${hint(last)}.` : '';
      return `[${offset + 1} to ${last} of ${all}${why}.${more}]`;
    },
  };
  return page;
}
