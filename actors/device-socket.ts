import WebSocket from 'ws';
import { fromCallback } from 'xstate';
import type { DeviceSocketCommand, DeviceSocketEvent, DeviceSocketInput, Frame } from '../machines/ports.ts';
import { createTickCork } from './tick-cork.ts';

/** What the socket needs of the link that outlives it. */
export interface DeviceUplink {
  /** The frame that opens a numbered link. */
  hello(): string;
  /**
   * The socket is open and, when `linked`, the hub has answered with `link_open`. From now on `write` takes
   * frames. Says whether the hub still knows what went before.
   */
  attach(linked: boolean, write: (text: string) => void, answer: Frame | null): { resumed: boolean };
  /** What was written in this turn of the event loop is about to leave. */
  leaving(): void;
  detach(): void;
  /** A frame of the hub that is not the socket's own business. */
  receive(text: string, frame: Frame): void;
}

export interface DeviceSocketOptions {
  uplink: DeviceUplink;
  /** Asked anew for each socket. */
  token: () => string;
  query: Record<string, string>;
}

/** Frames above this end the connection: nothing that a hub says to a host is nearly as large. */
const MAX_FRAME_BYTES = 32 * 1024 * 1024;

const TOKEN_REFUSED = 'the hub does not know the token (any more)';

/** Port `deviceSocket`: one socket to the hub, with the link's handshake. */
export function createDeviceSocket({ uplink, token, query }: DeviceSocketOptions) {
  return fromCallback<DeviceSocketCommand, DeviceSocketInput>(({ input, sendBack, receive }) => {
    const tell = sendBack as (event: DeviceSocketEvent) => void;
    const url = new URL(input.wsUrl);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${token()}` },
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
    });
    let attached = false;
    let over = false;
    let cork = (): void => undefined;

    const end = (code: number, reason: string): void => {
      if (over) return;
      over = true;
      if (attached) uplink.detach();
      tell({ type: 'socket.closed', code, reason });
    };
    const attach = (answer: Frame | null): void => {
      attached = true;
      const write = (text: string): void => {
        cork();
        socket.send(text);
      };
      const { resumed } = uplink.attach(input.linked, write, answer);
      tell({ type: 'socket.ready', resumed });
    };

    socket.on('upgrade', (response) => {
      cork = createTickCork(response.socket, () => uplink.leaving());
    });
    socket.on('open', () => {
      if (input.linked) socket.send(uplink.hello());
      else attach(null);
    });
    socket.on('message', (data) => {
      const text = data.toString();
      const frame = parseFrame(text);
      if (!frame || over) return;
      if (frame.type === 'pong') tell({ type: 'socket.heard' });
      else if (!attached && frame.type === 'link_open') attach(frame);
      else if (attached) uplink.receive(text, frame);
    });
    socket.on('close', (code, reason) => end(code, reason.toString()));
    socket.on('unexpected-response', (_request, { statusCode }) => {
      end(1006, statusCode === 401 ? TOKEN_REFUSED : `the hub refused the socket with HTTP ${statusCode}`);
      socket.terminate();
    });
    socket.on('error', ({ message }) => end(1006, message));
    receive((command) => {
      if (command.type === 'socket.ping' && socket.readyState === WebSocket.OPEN)
        socket.send('{"type":"ping"}');
    });
    return () => {
      if (!over && attached) uplink.detach();
      over = true;
      socket.on('error', () => undefined);
      if (socket.readyState === WebSocket.OPEN) socket.close(1000, 'closing');
      // A half-open link never answers a close, so the socket does not wait for it.
      setTimeout(() => socket.terminate(), 500).unref();
    };
  });
}

function parseFrame(text: string): Frame | null {
  try {
    const frame = JSON.parse(text) as Frame;
    return typeof frame === 'object' && frame !== null && typeof frame.type === 'string' ? frame : null;
  } catch {
    return null;
  }
}
