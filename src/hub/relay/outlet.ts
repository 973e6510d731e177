import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { createTickCork } from '../../../actors/tick-cork.ts';

/** Above this the other side is too slow: nothing more is put into the socket until it has drained. */
const BLOCK_ABOVE_BYTES = 1024 * 1024;

/**
 * The sending side of a socket. What is written within one turn of the event loop leaves in one system call.
 * It never holds anything back itself: who writes asks `blocked` first, and is told when that is over.
 */
export class Outlet {
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  readonly #drained: () => void;
  readonly #cork: () => void;
  #blocked = false;

  constructor(ws: WebSocket, socket: Duplex, drained: () => void) {
    this.#ws = ws;
    this.#socket = socket;
    this.#drained = drained;
    this.#cork = createTickCork(socket);
  }

  get blocked(): boolean {
    return this.#blocked;
  }

  write(text: string): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    this.#cork();
    this.#ws.send(text);
    if (!this.#blocked && this.#ws.bufferedAmount > BLOCK_ABOVE_BYTES) this.#block();
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason);
  }

  /** Who does not read is not read from either, so his own requests cannot pile up answers. */
  #block(): void {
    this.#blocked = true;
    this.#ws.pause();
    this.#socket.once('drain', () => {
      this.#blocked = false;
      this.#ws.resume();
      this.#drained();
    });
  }
}
