import type { Json } from '../../../machines/ports.ts';

/**
 * True when `value` has all that the pattern names: objects may hold more, lists have the same length, `"*"` stands for
 * anything that is there.
 */
export function matchesPattern(pattern: Json, value: unknown): boolean {
  if (pattern === '*') return value !== undefined;
  if (typeof pattern !== 'object' || pattern === null) return pattern === value;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(pattern))
    return (
      Array.isArray(value) &&
      value.length === pattern.length &&
      pattern.every((each, index) => matchesPattern(each, value[index]))
    );
  const members = value as Record<string, unknown>;
  return Object.entries(pattern).every(([key, each]) => matchesPattern(each, members[key]));
}
