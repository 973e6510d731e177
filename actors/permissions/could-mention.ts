/** Stands for text that is known only when the command runs; it may be anything, also empty or with slashes. */
export const ANYTHING = '\u0001';

// Between these a shell, or a program given the text, may look for a file name of its own.
const SEPARATORS = new Set(' \t\r\n\v\f/;|&()<>=:,`');
// `[…]` is taken for any one character: which ones it leaves out does not matter here.
const BRACKETS = /\[[!^]?\]?(?:\[:\w+:\]|[^\]\s/]){0,64}\]/y;

/**
 * Could some file name in `text`, read as a glob with braces, be `name` (30 characters at most)? At least one
 * character of it must be written out, else every `*` and `$x` would be one. A leading dot needs no dot in the
 * pattern, because `find -name` asks for none. One pass over the text, whatever the braces multiply to.
 */
export function couldMention(text: string, name: string): boolean {
  const end = 1 << name.length;
  const all = end * 2 - 1;
  const places = new Map<string, number>();
  for (const [at, letter] of [...name].entries()) places.set(letter, (places.get(letter) ?? 0) | (1 << at));
  // From the first position reached on, a `*` reaches every one.
  const fill = (reached: number) => (reached === 0 ? 0 : all & -(reached & -reached));

  // Bit n: the text since the last separator may be the first n characters of the name; `bare` without
  // and `written` with a character of it written out.
  let bare = 1;
  let written = 0;
  const groups: { bare: number; written: number; before: { bare: number; written: number } }[] = [];

  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]!;
    const isSeparator = SEPARATORS.has(letter);
    if ((isSeparator || letter === ANYTHING) && (written & end) !== 0) return true;

    if (letter === ',' && groups.length > 0) {
      const group = groups.at(-1)!;
      group.bare |= bare;
      group.written |= written;
      bare = group.before.bare | 1;
      written = group.before.written;
    } else if (isSeparator) {
      bare = 1;
      written = 0;
    } else if (letter === '{') {
      groups.push({ bare: 0, written: 0, before: { bare, written } });
    } else if (letter === '}') {
      const group = groups.pop();
      bare |= (group?.bare ?? 0) | 1;
      written |= group?.written ?? 0;
    } else if (letter === '*' || letter === ANYTHING) {
      bare = fill(letter === '*' ? bare : bare | 1);
      written = fill(written);
    } else {
      BRACKETS.lastIndex = at;
      const bracket = letter === '[' ? BRACKETS.exec(text) : null;
      if (bracket !== null || letter === '?') {
        bare = (bare << 1) & all;
        written = (written << 1) & all;
        at += (bracket?.[0].length ?? 1) - 1;
      } else {
        written = (((bare | written) & (places.get(letter) ?? 0)) << 1) & all;
        bare = 0;
      }
    }
  }
  return (written & end) !== 0;
}
