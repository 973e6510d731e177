import { maskSource } from './mask-source.ts';

export interface TitledTest {
  /** The title as written, up to the first `${` of a template. */
  title: string;
  /** From 1. */
  line: number;
  /** It proves something: not skipped, not to do, not expected to fail, and in no describe that is. */
  counts: boolean;
}

const CALL = /(?<![.\w$])(?<name>test|it|describe)(?<chain>(?:\s*\.\s*\w+)*)\s*(?=[(<`])/g;
const UNCOUNTED = /\.\s*(?:skip|todo|fails)\b/;
const UNCOUNTED_OPTION = /^\s*,\s*\{[^{}]*\b(?:skip|todo|fails)\s*:\s*true\b/;

/** The tests of one file whose title is written out, also behind `.each(…)` and its like. */
export function readTests(source: string): TitledTest[] {
  const masked = maskSource(source);
  const skipped: { from: number; to: number }[] = [];
  const tests: (TitledTest & { at: number })[] = [];
  for (const match of masked.matchAll(CALL)) {
    const { title, after, end } = readCall(source, masked, match.index + match[0].length);
    const off = UNCOUNTED.test(match.groups!.chain!) || UNCOUNTED_OPTION.test(masked.slice(after, end));
    if (match.groups!.name === 'describe') {
      if (off) skipped.push({ from: match.index, to: end });
    } else if (title !== undefined) {
      const line = source.slice(0, match.index).split('\n').length;
      tests.push({ at: match.index, title, line, counts: !off });
    }
  }
  return tests.map(({ at, title, line, counts }) => ({
    title,
    line,
    counts: counts && !skipped.some(({ from, to }) => from < at && at < to),
  }));
}

/**
 * A call may be several in a row, `test.each<T>(table)('title', …)` or a tagged table: the title is the
 * first argument that is a string in its parentheses. `after` is where the title ends, `end` where the calls end.
 */
function readCall(source: string, masked: string, start: number) {
  let at = start;
  let title: string | undefined;
  let after = start;
  for (;;) {
    while (/\s/.test(masked[at] ?? '')) at++;
    const open = masked[at];
    if (open === '(') {
      const quoted = /^\(\s*(['"`])/.exec(masked.slice(at, at + 200));
      if (quoted && title === undefined) {
        const from = at + quoted[0].length;
        after = closing(masked, from - 1);
        title = source.slice(from, after - 1).split('${')[0]!;
      }
    }
    const generics = /^<[^;=]*?>(?=\()/.exec(masked.slice(at, at + 300));
    if (generics) at += generics[0].length;
    else if (open === '(' || open === '`') at = closing(masked, at);
    else return { title, after, end: at };
  }
}

const PAIRS: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/** The offset behind what closes the bracket or quote at `open`. */
function closing(masked: string, open: number): number {
  const quote = masked[open]!;
  if (quote === "'" || quote === '"') {
    const close = masked.indexOf(quote, open + 1);
    return close === -1 ? masked.length : close + 1;
  }
  let at = open + 1;
  while (at < masked.length) {
    const char = masked[at]!;
    if (char === (PAIRS[quote] ?? quote)) return at + 1;
    if (char in PAIRS || '`\'"'.includes(char)) at = closing(masked, at);
    else at++;
  }
  return masked.length;
}
