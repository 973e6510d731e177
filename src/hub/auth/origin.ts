import type { IncomingHttpHeaders } from 'node:http';

/**
 * True when a browser page that is not the hub's own makes this request. Programs send no `Origin`;
 * a page of the hub has the host that the request is addressed to.
 */
export function isForeignOrigin(headers: Pick<IncomingHttpHeaders, 'origin' | 'host'>): boolean {
  if (headers.origin === undefined) return false;
  try {
    return new URL(headers.origin).host !== headers.host;
  } catch {
    return true;
  }
}
