import { resolve } from 'node:path';
import { below, contains } from './contains.ts';
import { climbs, literalBase } from './glob-base.ts';
import { matchGlob } from './match-glob.ts';

/** The pattern of a rule for a file tool: an absolute directory and the glob under it; null is `base` itself. */
export interface PathPattern {
  base: string;
  glob: string | null;
  /** Written relative and with a leading double star: it says nothing of where the tree begins. */
  floating: boolean;
}

type ParsedPattern = { ok: true; pattern: PathPattern } | { ok: false; problem: string };

/**
 * Reads `src/*.ts` and `./src/*.ts` (relative to `cwd`), `//abs` and `/abs` (absolute), `~/x` (of the user's
 * home). The problem says what to write instead.
 */
export function parsePathPattern(text: string, where: { cwd: string; userHome: string }): ParsedPattern {
  if (text.startsWith('!')) return refuse('a pattern cannot be negated; put the rule into another list');
  if (text.includes('\\')) return refuse('backslash is no escape here; write [*] for a star of its own');
  if (!isBalanced(text)) return refuse('its brackets do not match');

  const anchored = text.startsWith('/') ? text.replace(/^\/+/, '/') : text;
  const isHome = anchored === '~' || anchored.startsWith('~/');
  const { base, glob } = literalBase(isHome ? anchored.slice(2) : anchored);
  if (climbs(glob)) return refuse('".." or an absolute path cannot follow a wildcard; write it in front');
  return {
    ok: true,
    pattern: {
      base: resolve(isHome ? where.userHome : where.cwd, base),
      glob,
      floating: base === '' && !isHome && glob?.startsWith('**') === true,
    },
  };
}

function refuse(problem: string): ParsedPattern {
  return { ok: false, problem };
}

function isBalanced(text: string): boolean {
  const outside = text.replace(/\[[!^]?\]?[^\]/]*\]/g, '');
  return !outside.includes('[') && outside.split('{').length === outside.split('}').length;
}

/** Does exactly this place match? `dir/**` matches `dir` too. `base` stands in for the pattern's own. */
export function matchesPlace(pattern: PathPattern, path: string, base = pattern.base): boolean {
  if (!contains(base, path)) return false;
  const rest = below(base, path);
  if (pattern.glob === null) return rest === '';
  const tree = pattern.glob.endsWith('/**') ? pattern.glob.slice(0, -3) : undefined;
  return matchGlob(rest, pattern.glob) || (tree !== undefined && matchGlob(rest, tree));
}

/** Does the place match, or a directory that it is in? */
export function coversPlace(pattern: PathPattern, path: string, base = pattern.base): boolean {
  if (!contains(base, path)) return false;
  const names = below(base, path).split('/').filter(Boolean);
  return names
    .concat('')
    .some((_, depth) => matchesPlace(pattern, resolve(base, ...names.slice(0, depth)), base));
}

/** Could something below the directory `root` match? */
export function reachesBelow(pattern: PathPattern, root: string, base = pattern.base): boolean {
  if (contains(root, base)) return true;
  if (pattern.glob === null || !contains(base, root)) return false;
  // A group may hold slashes, and then names and parts do not pair up.
  if (/[{(]/.test(pattern.glob)) return true;
  const parts = pattern.glob.split('/');
  const names = below(base, root).split('/').filter(Boolean);
  const stars = parts.indexOf('**');
  const paired = names.slice(0, stars === -1 ? undefined : stars);
  return (
    (stars !== -1 || parts.length > names.length) &&
    paired.every((name, at) => matchGlob(name, parts[at] ?? ''))
  );
}
