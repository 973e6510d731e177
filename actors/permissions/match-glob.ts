import { matchesGlob } from 'node:path';

// For matchesGlob a name that begins with a dot is hidden from `*`. For a rule nothing may be hidden:
// `Read(**)` means `.env` too. NUL, which no path can hold, takes the place of every dot on both sides.
const undotted = (text: string) => text.replaceAll('.', '\0');

/** Does the relative path, joined by `/`, match the glob? Names that begin with a dot are like any other. */
export function matchGlob(path: string, glob: string): boolean {
  return matchesGlob(undotted(path), undotted(glob));
}
