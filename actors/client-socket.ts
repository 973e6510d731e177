import { fromCallback } from 'xstate';
import type { ClientSocketInput, Frame, SocketCommand, SocketEvent } from '../machines/ports.ts';
import type { HubAddress } from './hub-request.ts';

export interface ClientSocketOptions extends Pick<HubAddress, 'url' | 'token'> {
  /** Stands in for the global one. */
  WebSocket?: typeof globalThis.WebSocket;
  /** Called for a message that is no JSON object with a `type`. Nothing else is known of it. */
  onGarbage?(): void;
}

/** Port `clientSocket`: one WebSocket to the hub for one conversation in one environment. */
export function createClientSocket(options: ClientSocketOptions) {
  return fromCallback<SocketCommand, ClientSocketInput>(({ input, sendBack, receive }) => {
    const say = (event: SocketEvent) => sendBack(event);
    const socket = open(options, input, say);
    if (socket === null) return;
    const acknowledge = createAcknowledger(socket);
    socket.onopen = () => say({ type: 'socket.opened' });
    socket.onmessage = ({ data }) => {
      const frame = readFrame(data);
      if (frame === null) return options.onGarbage?.();
      if (typeof frame.seq === 'number') acknowledge(frame.seq);
      say({ type: 'socket.frame', frame });
    };
    socket.onclose = ({ code, reason }) => say({ type: 'socket.closed', code, reason });
    receive(({ frame }) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
    });
    return () => {
      socket.onopen = null;
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    };
  });
}

function open(options: ClientSocketOptions, input: ClientSocketInput, say: (event: SocketEvent) => void) {
  try {
    const url = new URL(`/v1/environments/${encodeURIComponent(input.environmentId)}/status/ws`, options.url);
    url.protocol = url.protocol === 'https:' || url.protocol === 'wss:' ? 'wss:' : 'ws:';
    if (input.scope.agentId !== null) url.searchParams.set('agentId', input.scope.agentId);
    url.searchParams.set('conversationId', input.scope.conversationId);
    const Socket = options.WebSocket ?? globalThis.WebSocket;
    return new Socket(url, ['signalbox', `bearer.${base64url(options.token)}`]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    queueMicrotask(() => say({ type: 'socket.closed', code: 1006, reason }));
    return null;
  }
}

/** Acknowledges the last number of each burst once, when the burst is over. */
function createAcknowledger(socket: WebSocket): (seq: number) => void {
  let last = 0;
  let due = false;
  return (seq) => {
    last = seq;
    if (due) return;
    due = true;
    setTimeout(() => {
      due = false;
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type: 'ack', seq: last }));
    }, 0);
  };
}

function readFrame(data: unknown): Frame | null {
  if (typeof data !== 'string') return null;
  try {
    const frame: unknown = JSON.parse(data);
    const known =
      typeof frame === 'object' && frame !== null && 'type' in frame && typeof frame.type === 'string';
    return known ? (frame as Frame) : null;
  } catch {
    return null;
  }
}

/** A sub-protocol is the one header a browser lets us set, and it takes no `+`, `/` or `=`. */
function base64url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
