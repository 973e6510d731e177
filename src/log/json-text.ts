/**
 * JSON text of anything, for a line of the log. Never throws: what JSON cannot hold must not hurt the caller, whose
 * own work goes on. An Error is `{name, message}` (JSON alone makes it `{}`), a BigInt its digits, and a value that
 * cannot be written at all is `{"_unserialisable": reason}`.
 */
export function jsonText(value: unknown): string {
  try {
    const text = isPlain(value) ? JSON.stringify(value) : JSON.stringify(value, replace);
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
 * True when `JSON.stringify` alone writes all of it: objects without a class, arrays, and what they hold. Looking first
 * is worth it: a replacer costs more than twice the time, and nearly every event is plain. A large or circular value
 * runs out of budget and takes the slow way.
 */
function isPlain(value: unknown): boolean {
  budget = 1_000;
  return isPlainValue(value);
}

let budget = 0;

function isPlainValue(value: unknown): boolean {
  if (typeof value !== 'object') return typeof value !== 'bigint' && typeof value !== 'function';
  if (value === null) return true;
  if (budget-- === 0) return false;
  if (Array.isArray(value)) return value.every(isPlainValue);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner !== 'string' && !isPlainValue(inner)) return false;
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
