import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { StoreError } from '../../actors/sqlite/store-error.ts';
import { MAX_CLIENT_FRAME_BYTES } from '../protocol/client-frame-size.ts';
import { UNKNOWN_ENVIRONMENT } from '../protocol/register.ts';
import { SUBPROTOCOL, socketBearerOf } from './auth/bearer.ts';
import { foreignOrigin, unauthorized } from './auth/middleware.ts';
import { isForeignOrigin } from './auth/origin.ts';
import { holds, lacks } from './auth/rights.ts';
import type { TokenStore } from './auth/tokens.ts';
import type { HubLog, Person, Right } from './ports.ts';
import type { Relay } from './relay/relay.ts';
import { errorBody } from './rest/rest-error.ts';

/** A host passes on what tools say, many conversations at once. Larger frames close its socket (1009). */
const MAX_HOST_FRAME_BYTES = 32 * 1024 * 1024;

/** "Try again later" (RFC 6455). */
const STORE_REFUSES = { code: 1013, reason: 'The store of the hub refuses' } as const;

/** The close of a socket whose token was removed. */
const REVOKED = { code: 4401, reason: 'Token revoked' } as const;

export interface Upgrades {
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends the sockets that a token has opened. */
  revoke(tokenId: string): void;
  /** Ends the sockets that did not end by themselves. */
  terminate(): void;
}

/** The doors of the two kinds of sockets: `…/ws` of hosts and `…/status/ws` of clients. */
export function createUpgrades(relay: Relay, tokens: TokenStore, log: HubLog): Upgrades {
  const hosts = socketServer(MAX_HOST_FRAME_BYTES);
  const clients = socketServer(MAX_CLIENT_FRAME_BYTES);
  const openedBy = new WeakMap<WebSocket, string>();
  const all = (): WebSocket[] => [...hosts.clients, ...clients.clients];
  const opened = (ws: WebSocket, person: Person): void => {
    openedBy.set(ws, person.tokenId);
    ws.on('error', () => ws.terminate());
  };

  /** Whoever comes while the store refuses is asked to come again. */
  const orClose = (ws: WebSocket, work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      log.lifecycle('failed', { what: 'socket', error: error.message });
      ws.close(STORE_REFUSES.code, STORE_REFUSES.reason);
    }
  };

  const openHost = (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    word: string,
    person: Person,
  ): void =>
    hosts.handleUpgrade(request, socket, head, (ws) => {
      opened(ws, person);
      orClose(ws, () => relay.openHost(ws, word));
    });

  const openClient = (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    word: string,
    query: URLSearchParams,
    person: Person,
  ): void => {
    const selected = relay.select(word);
    if (selected.kind === 'several')
      return refuse(socket, 409, 'ambiguous', `several environments named "${word}" are online; use an id`);
    clients.handleUpgrade(request, socket, head, (ws) => {
      opened(ws, person);
      if (selected.kind === 'none') return ws.close(UNKNOWN_ENVIRONMENT.code, UNKNOWN_ENVIRONMENT.reason);
      const conversationId = query.get('conversationId');
      // Our clients say with `resume` what they follow, and from where.
      const isOurs = ws.protocol === SUBPROTOCOL;
      const follow =
        conversationId === null || isOurs
          ? null
          : { agent_id: query.get('agentId'), conversation_id: conversationId };
      const isPaired = query.get('channel') !== null;
      orClose(ws, () => relay.openClient(selected.environment, { ws, socket, person, isPaired, follow }));
    });
  };

  const open = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const url = new URL(request.url ?? '/', 'http://hub');
    const [, encoded, isClient] = /^\/v1\/environments\/([^/]+)(\/status)?\/ws$/.exec(url.pathname) ?? [];
    const word = decode(encoded);
    if (word === null) return refuse(socket, 404, 'not_found', `no socket at ${url.pathname}`);
    if (isForeignOrigin(request.headers))
      return refuse(socket, 403, 'foreign_origin', foreignOrigin(request.headers.origin));
    const secret = socketBearerOf(request.headers, isClient ? url.searchParams : new URLSearchParams());
    const person = secret === null ? null : tokens.whose(secret);
    if (!person) return refuse(socket, 401, 'unauthorized', unauthorized(secret !== null));
    const needed: Right = isClient ? 'read' : 'machine';
    if (!holds(person, needed)) return refuse(socket, 403, 'forbidden', lacks(person, needed, 'this socket'));
    if (isClient) openClient(request, socket, head, word, url.searchParams, person);
    else openHost(request, socket, head, word, person);
  };

  return {
    handle(request, socket, head) {
      socket.on('error', () => socket.destroy());
      try {
        open(request, socket, head);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        log.lifecycle('failed', { what: 'upgrade', error: error.message });
        refuse(socket, 507, `store_${error.fault}`, error.message);
      }
    },
    revoke(tokenId) {
      for (const ws of all()) if (openedBy.get(ws) === tokenId) ws.close(REVOKED.code, REVOKED.reason);
    },
    terminate() {
      for (const ws of all()) ws.terminate();
    },
  };
}

function socketServer(maxPayload: number): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload,
    // Never the one that carries the token.
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
}

function decode(encoded: string | undefined): string | null {
  try {
    return encoded === undefined ? null : decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

function refuse(socket: Duplex, status: number, error: string, message: string): void {
  const body = JSON.stringify(errorBody(error, message));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
