/**
 * JSON text of anything, for a line of the log. Never throws: what JSON cannot hold must not hurt the caller, whose
 * own work goes on. An Error is `{name, message}` (JSON alone makes it `{}`), a BigInt its digits, and a value that
 * cannot be written at all is `{"_unserialisable": reason}`.
 */
export function jsonText(value: unknown): string {
  try {
    const text = isPlain(value, { nodes: 1_000 }) ? JSON.stringify(value) : JSON.stringify(value, replace);
    return text ?? JSON.stringify({ _unserialisable: typeof value });
  } catch (error) {
    return JSON.stringify({ _unserialisable: reasonOf(error) });
  }
}

/** The same for a value that has to be an object on the line; anything else is put under `_value`. */
export function objectText(value: unknown): string {
  const text = jsonText(value);
  return text.startsWith('{') ? text : `{"_value":${text}}`;
}

function replace(_key: string, value: unknown): unknown {
  if (value instanceof Error) return { name: value.name, message: value.message };
  return typeof value === 'bigint' ? String(value) : value;
}

/**
 * True when `JSON.stringify` alone writes all of it. Looking first is worth it: a replacer costs more than twice the
 * time, and nearly every event is plain. A large or circular value runs out of budget and takes the slow way.
 */
function isPlain(value: unknown, budget: { nodes: number }): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint';
  if (budget.nodes-- === 0 || value instanceof Error) return false;
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return false;
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if ((typeof inner === 'object' || typeof inner === 'bigint') && !isPlain(inner, budget)) return false;
  }
  return true;
}

function reasonOf(error: unknown): string {
  try {
    // The engine's message draws the circle on several lines; the first one names the fault.
    return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
  } catch {
    return 'its own serialisation failed';
  }
}
