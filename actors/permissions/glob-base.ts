// The characters that make a name a pattern, for node:path's matchesGlob and for ripgrep.
const MAGIC = /[*?[\]{}]|[!+@]\(/;
// `..` as a name or as an alternative, `.` as one (`.{.,x}` is `..`), or one that begins at the root.
const CLIMBS = /(^|[/{,(|])\.\.($|[/},)|])|[{,(|]\.[},)|]|[{,(|]\//;

/** Splits a glob at its first name that is not literal: `src/a/*.ts` is `src/a` and `*.ts`. */
export function literalBase(pattern: string): { base: string; glob: string | null } {
  const names = pattern.split('/');
  const at = names.findIndex((name) => MAGIC.test(name));
  if (at === -1) return { base: pattern, glob: null };
  const base = names.slice(0, at).join('/');
  return {
    base: base === '' && pattern.startsWith('/') ? '/' : base,
    glob: names.slice(at).filter(Boolean).join('/'),
  };
}

/** Can the part of a glob behind its literal base leave that base again? */
export function climbs(glob: string | null): boolean {
  return glob !== null && CLIMBS.test(glob);
}
