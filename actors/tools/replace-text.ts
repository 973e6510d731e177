/** What an edit asks for. `expected` above 1 means all of exactly that many. */
export interface Replacement {
  oldText: string;
  newText: string;
  all: boolean;
  expected: number | undefined;
}

/** `lines`: where the replaced places begin, from 1, the first few. `reason` is a whole sentence. */
export type Replaced =
  | { ok: true; bytes: Buffer; count: number; lines: number[] }
  | { ok: false; reason: string };

const MOST_LINES_TOLD = 10;

/**
 * Replaces text in the bytes of a file and touches no other byte, whatever their encoding. New lines take the
 * line ending of what they replace, so a file keeps its own.
 */
export function replaceText(file: Buffer, wish: Replacement): Replaced {
  // One character a byte: string functions then work on bytes.
  const content = file.toString('latin1');
  const asGiven = bytesOf(wish.oldText);
  const found = [asGiven, withCrlf(asGiven)].find((text) => content.includes(text));
  if (found === undefined) {
    return {
      ok: false,
      reason:
        'old_string was not found. It must be equal to the text of the file, with its indentation and line breaks and without the line numbers that Read shows.',
    };
  }
  const replacement = endsInCrlf(found, content) ? withCrlf(bytesOf(wish.newText)) : bytesOf(wish.newText);
  if (replacement === found) {
    return {
      ok: false,
      reason: 'old_string and new_string differ in their line endings only, and Edit keeps those.',
    };
  }
  const refused = refusal(content, found, wish);
  if (refused) return { ok: false, reason: refused };
  const pieces = content.split(found);
  return {
    ok: true,
    bytes: Buffer.from(pieces.join(replacement), 'latin1'),
    count: pieces.length - 1,
    lines: linesOf(content, found),
  };
}

/** Why these places may not be replaced; null when they may. */
function refusal(content: string, found: string, wish: Replacement): string | null {
  const count = content.split(found).length - 1;
  const many = wish.all || (wish.expected ?? 1) > 1;
  if (many) {
    if (wish.expected === undefined || wish.expected === count) return null;
    return `old_string matches ${times(count)}${where(content, found)}, and expected_replacements is ${wish.expected}.`;
  }
  // Places that overlap are two places to mean, though only one of them could be replaced.
  const places = content.indexOf(found, content.indexOf(found) + 1) < 0 ? 1 : Math.max(count, 2);
  if (places === 1) return null;
  return `old_string matches ${times(places)}${where(content, found)}. Give more of the text around the one you mean, or set replace_all.`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function where(content: string, found: string): string {
  const lines = linesOf(content, found);
  return ` (line ${lines.join(', ')}${lines.length === MOST_LINES_TOLD ? ', …' : ''})`;
}

function linesOf(content: string, found: string): number[] {
  const lines: number[] = [];
  let line = 1;
  let from = 0;
  for (let at = content.indexOf(found); at >= 0; at = content.indexOf(found, at + found.length)) {
    line += content.slice(from, at).split('\n').length - 1;
    from = at;
    lines.push(line);
    if (lines.length === MOST_LINES_TOLD) break;
  }
  return lines;
}

/** The line ending in the place itself; where it has none, the one that most lines of the file have. */
function endsInCrlf(found: string, content: string): boolean {
  if (found.includes('\n')) return found.includes('\r\n');
  return content.split('\r\n').length > content.split('\n').length / 2;
}

function withCrlf(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}

function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}
