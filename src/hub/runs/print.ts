import { hash } from 'node:crypto';

/** A digest by which a repeat of a message is told from another message under the same otid. */
export function printOf(value: unknown): string {
  return hash('sha256', canonicalJson(value), 'base64url');
}

/** JSON with sorted keys, and without what is undefined or null: clients write "absent" in all three ways. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) => {
    if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) return entry;
    return Object.fromEntries(
      Object.entries(entry)
        .filter(([, field]) => field !== null && field !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  });
}
