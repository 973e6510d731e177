import type { IncomingHttpHeaders } from 'node:http';

/** The sub-protocol of our own clients. The hub answers it; the one with the token it never repeats. */
export const SUBPROTOCOL = 'signalbox';
const BEARER_PROTOCOL = 'bearer.';

/** The token of a request: `Authorization: Bearer …`. */
export function bearerOf(headers: Pick<IncomingHttpHeaders, 'authorization'>): string | null {
  return /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

/**
 * The token of a client's socket: the header where it can be set; a browser of ours puts it into the
 * sub-protocol (base64url), one of Letta's into the query.
 */
export function socketBearerOf(headers: IncomingHttpHeaders, query: URLSearchParams): string | null {
  return bearerOf(headers) ?? fromProtocols(headers['sec-websocket-protocol']) ?? query.get('token');
}

function fromProtocols(offered: string | undefined): string | null {
  const carrier = offered
    ?.split(',')
    .map((name) => name.trim())
    .find((name) => name.startsWith(BEARER_PROTOCOL));
  if (!carrier) return null;
  return Buffer.from(carrier.slice(BEARER_PROTOCOL.length), 'base64url').toString('utf8') || null;
}
