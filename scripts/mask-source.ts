/** After these a `/` begins a regular expression, not a division. */
const BEFORE_REGEX =
  /(?:^|[(,=:[!&|?{};+\-*%~^>]|\b(?:return|typeof|case|in|of|do|else|void|throw|await|yield))\s*$/;

/**
 * The source with everything blanked that is not code: comments, the insides of strings, of template texts and of
 * regular expressions. Quotes, line ends and every offset stay, so a search in the result finds code only, and
 * what is between two quotes can be read from the original at the same place.
 */
export function maskSource(source: string): string {
  const out = source.split('');
  const length = source.length;
  /** For each open `${`, how many braces are open inside it. */
  const templates: number[] = [];
  let at = 0;

  const blank = (from: number, to: number) => {
    for (let i = from; i < to; i++) if (out[i] !== '\n') out[i] = ' ';
  };
  /** `at` is on the first character of the text; ends after the closing backtick or after `${`. */
  const templateText = () => {
    const from = at;
    while (at < length && source[at] !== '`' && !source.startsWith('${', at))
      at += source[at] === '\\' ? 2 : 1;
    blank(from, Math.min(at, length));
    if (source[at] === '$') {
      templates.push(0);
      at += 2;
    } else at++;
  };
  /** The offset of the end of what began at `at`, or undefined if it does not end on its line. */
  const endOnLine = (close: string): number | undefined => {
    let inClass = false;
    for (let i = at + 1; i < length && source[i] !== '\n'; i++) {
      if (source[i] === '\\') i++;
      else if (close === '/' && source[i] === '[') inClass = true;
      else if (close === '/' && source[i] === ']') inClass = false;
      else if (source[i] === close && !inClass) return i;
    }
    return undefined;
  };

  while (at < length) {
    const char = source[at]!;
    if (source.startsWith('//', at)) {
      const end = source.indexOf('\n', at);
      const to = end === -1 ? length : end;
      blank(at, to);
      at = to;
    } else if (source.startsWith('/*', at)) {
      const end = source.indexOf('*/', at + 2);
      const to = end === -1 ? length : end + 2;
      blank(at, to);
      at = to;
    } else if (char === "'" || char === '"' || (char === '/' && beginsRegex(out, at))) {
      const end = endOnLine(char);
      if (end !== undefined) blank(at + 1, end);
      at = (end ?? at) + 1;
    } else if (char === '`') {
      at++;
      templateText();
    } else {
      const depth = templates.length - 1;
      at++;
      if (char === '{' && depth >= 0) templates[depth]!++;
      if (char === '}' && depth >= 0 && templates[depth]!-- === 0) {
        templates.pop();
        templateText();
      }
    }
  }
  return out.join('');
}

function beginsRegex(out: string[], at: number): boolean {
  if (out[at + 1] === '>') return false; // the end of a JSX tag
  return BEFORE_REGEX.test(out.slice(Math.max(0, at - 200), at).join(''));
}
