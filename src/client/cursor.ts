/**
 * A cursor is `<life of the hub>.<n>` (design.md 5.6). Opaque to everybody else; here it tells a repeated event
 * from a new one. Events of another life are new: the hub says `gap` and a snapshot comes first.
 */
export function isRepeated(cursor: string, last: string | null): boolean {
  if (last === null) return false;
  const [life, n] = split(cursor);
  const [lastLife, lastN] = split(last);
  return life === lastLife && n <= lastN;
}

function split(cursor: string): [string, number] {
  const dot = cursor.lastIndexOf('.');
  const n = Number(cursor.slice(dot + 1));
  return dot === -1 || !Number.isFinite(n) ? [cursor, 0] : [cursor.slice(0, dot), n];
}
