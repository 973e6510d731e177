import { createHash } from 'node:crypto';

/**
 * Which logical host this is on its machine: the same for the same name, so that a host that starts again finds
 * its store and its environment at the hub (protocol.md 1.2).
 */
export function listenerInstanceId(connectionName: string): string {
  return `server-${createHash('sha256').update(connectionName).digest('hex').slice(0, 16)}`;
}
