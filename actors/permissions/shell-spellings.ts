import { ANYTHING } from './could-mention.ts';
import { foldName } from './fold-name.ts';

const MAX_NESTING = 16;

/**
 * The ways to read a shell text when looking for a name in it: quotes and backslashes removed, escapes
 * decoded or not, and what is known only at run time (`$x`, `$(…)`, …) replaced by ANYTHING or taken
 * apart. `variables` are those whose value is known.
 */
export function shellReadings(text: string, variables: Record<string, string>): string[] {
  const known = new Map(Object.entries(variables));
  const readings = [text, decodeEscapes(text)].flatMap((reading) => {
    const bare = replaceKnown(withoutQuotes(reading), known);
    return [bare, ...withoutGroups(bare).map(replaceVariables)];
  });
  return [...new Set(readings)];
}

/** The same, folded like names. */
export function shellSpellings(text: string, variables: Record<string, string>): string[] {
  return [...new Set(shellReadings(text, variables).map(foldName))];
}

/** The text as a shell reads it when it joins what quotes, backslashes and line ends take apart. */
export function withoutQuotes(text: string): string {
  return text
    .replace(/\\\r?\n/g, '')
    .replace(/\$(?=['"])/g, '')
    .replace(/['"\\]/g, '');
}

// `$'\x2e'`, `\056`, `\u002e` in the shell and most languages, `%2e` in addresses.
function decodeEscapes(text: string): string {
  return text.replace(
    /\\x([0-9a-f]{1,2})|\\u\{?([0-9a-f]{1,6})\}?|\\0?([0-7]{2,3})|%([0-9a-f]{2})/gi,
    (whole, byte, unicode, octal, percent) => {
      const code = Number.parseInt(octal ?? byte ?? unicode ?? percent, octal === undefined ? 16 : 8);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

function replaceKnown(text: string, known: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced, plain) => known.get(braced ?? plain) ?? whole,
  );
}

function replaceVariables(text: string): string {
  return levels(text, (inner) => inner.replace(/\$\{[^{}]*\}/g, ANYTHING))
    .at(-1)!
    .replace(/\$(?:[A-Za-z_]\w*|[0-9@*#?$!_-])/g, ANYTHING)
    .replace(/\{[^{},\s]*\.\.[^{},\s]*\}/g, ANYTHING);
}

/**
 * With `$(…)`, backticks and extended globs such as `@(…)` as one unknown piece each. Every level of nesting is
 * a reading: a name may stand within one group and have another within itself.
 */
function withoutGroups(text: string): string[] {
  const readings = levels(text, (inner) => inner.replace(/[$@?*+!]?\([^()]*\)/g, ANYTHING));
  return readings.flatMap((reading) => [reading, reading.replace(/`[^`]*`/g, ANYTHING)]);
}

/** The text, and what is left of it after each step from the inside out. */
function levels(text: string, step: (text: string) => string): string[] {
  const found = [text];
  while (found.length <= MAX_NESTING) {
    const next = step(found.at(-1)!);
    if (next === found.at(-1)) break;
    found.push(next);
  }
  return found;
}
