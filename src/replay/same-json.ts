import type { Json } from '../../machines/ports.ts';
import { jsonText } from '../log/json-text.ts';

/** Where a live value differs from what was recorded: the path of the first difference, and both sides of it. */
export interface Difference {
  /** Keys from the top, such as `delta.message`; empty for the value itself. */
  at: string;
  /** Undefined: not there. */
  recorded: Json | undefined;
  live: Json | undefined;
}

/** True when `live`, written as JSON, is what was recorded. The order of keys says nothing. */
export function sameJson(recorded: Json | undefined, live: unknown): boolean {
  return isSame(recorded, live) || differenceOf(recorded, live) === undefined;
}

/** The first difference, or undefined. Looks at `live` as the log would have written it. */
export function differenceOf(recorded: Json | undefined, live: unknown): Difference | undefined {
  const written = live === undefined ? undefined : (JSON.parse(jsonText(live)) as Json);
  return find(recorded, written, '');
}

/**
 * A quick look that needs no text. It says yes only to what is plain JSON already, but for keys without a value, which
 * JSON leaves out; whatever else there is, such as an Error, it leaves to the thorough way.
 */
function isSame(recorded: unknown, live: unknown): boolean {
  if (recorded === live) return true;
  if (typeof recorded !== 'object' || recorded === null || typeof live !== 'object' || live === null)
    return false;
  if (Array.isArray(recorded)) {
    if (!Array.isArray(live) || recorded.length !== live.length) return false;
    for (let i = 0; i < recorded.length; i++) if (!isSame(recorded[i], live[i])) return false;
    return true;
  }
  if (Array.isArray(live) || 'toJSON' in live || live instanceof Error) return false;
  const [was, is] = [recorded as Record<string, unknown>, live as Record<string, unknown>];
  let count = 0;
  for (const key in is) {
    if (is[key] === undefined) continue;
    if (!Object.hasOwn(was, key) || !isSame(was[key], is[key])) return false;
    count += 1;
  }
  for (const _ in was) count -= 1;
  return count === 0;
}

function find(recorded: Json | undefined, live: Json | undefined, at: string): Difference | undefined {
  if (isSame(recorded, live)) return undefined;
  if (!isObject(recorded) || !isObject(live) || Array.isArray(recorded) !== Array.isArray(live))
    return { at, recorded, live };
  const keys = new Set([...Object.keys(recorded), ...Object.keys(live)]);
  for (const key of keys) {
    const found = find(member(recorded, key), member(live, key), at === '' ? key : `${at}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: Json | undefined): value is Json[] | { [key: string]: Json } {
  return typeof value === 'object' && value !== null;
}

function member(value: Json[] | { [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? (value as { [key: string]: Json })[key] : undefined;
}
