import { maskSource } from './mask-source.ts';

export interface Import {
  /** As written; undefined where it is computed, so that nothing can be said of it. */
  specifier: string | undefined;
  /** `import type` and `export type`: gone at run time. */
  typeOnly: boolean;
  /** From 1. */
  line: number;
}

const QUOTED = `(?<quote>['"])[^'"]*['"]`;
const CLAUSE = String.raw`(?<type>type\s+(?!from\b))?[\w$\s{},*]*?\bfrom\s*`;
const STATIC = new RegExp(String.raw`(?<![.\w$])(?:import|export)\b\s*${CLAUSE}${QUOTED}`, 'dg');
const BARE = new RegExp(String.raw`(?<![.\w$])import\s*${QUOTED}`, 'dg');
const CALLED = /(?<![.\w$])(?:import|require)\s*\(\s*(?<quote>['"`]?)/dg;

/** Every module a source asks for: static, re-exported, for its side effects, `import()` and `require()`. */
export function readImports(source: string): Import[] {
  const masked = maskSource(source);
  const found = [STATIC, BARE, CALLED].flatMap((form) => [...masked.matchAll(form)]);
  return found
    .sort((a, b) => a.index - b.index)
    .map((match) => ({
      specifier: specifierAt(source, masked, match),
      typeOnly: match.groups?.type !== undefined,
      line: source.slice(0, match.indices?.groups?.quote?.[0] ?? match.index).split('\n').length,
    }));
}

function specifierAt(source: string, masked: string, match: RegExpExecArray): string | undefined {
  const quote = match.groups?.quote;
  const open = match.indices?.groups?.quote?.[0];
  if (!quote || open === undefined) return undefined;
  const close = masked.indexOf(quote, open + 1);
  const written = source.slice(open + 1, close);
  return quote === '`' && written.includes('${') ? undefined : written;
}
