import { parse, sep } from 'node:path';

/** The names along an absolute, normalised path; its root comes first. */
export function segments(path: string): string[] {
  const { root } = parse(path);
  return [root, ...path.slice(root.length).split(sep).filter(Boolean)];
}

/** Does `names` begin with every name of `first`, in order and whole? */
export function beginsWith(names: readonly string[], first: readonly string[]): boolean {
  return first.length <= names.length && first.every((name, at) => name === names[at]);
}

/** Is `path` the directory `dir` or below it? Whole names are compared, so /a/b never contains /a/bc. */
export function contains(dir: string, path: string): boolean {
  return beginsWith(segments(path), segments(dir));
}

/** The path of `path` seen from `dir`, which contains it; empty for `dir` itself. Joined by `/` everywhere. */
export function below(dir: string, path: string): string {
  return segments(path).slice(segments(dir).length).join('/');
}
