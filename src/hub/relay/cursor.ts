/**
 * A place in a stream: `<stream>.<n>`. The stream names the life of the hub and the ring, so that a cursor
 * of another life, or of a ring that was dropped, is known for what it is. Opaque to clients.
 */
export function formatCursor(stream: string, n: number): string {
  return `${stream}.${n}`;
}

export function readCursor(cursor: string): { stream: string; n: number } | null {
  const match = /^(.+)\.(\d{1,15})$/.exec(cursor);
  return match ? { stream: match[1] ?? '', n: Number(match[2]) } : null;
}
