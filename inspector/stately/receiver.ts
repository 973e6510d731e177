import type { WebSocket } from 'ws';

/** Bytes on their way to one receiver; what comes when there are more is left out. */
const MOST_WAITING = 8 * 1024 * 1024;

/** What a receiver that missed something is told, once it has taken most of what waited for it. */
export type CatchUp = (leftOut: number) => string[];

/** One that listens. Slow or gone, it costs no more than what may wait for it. */
export class Receiver {
  readonly #socket: WebSocket;
  readonly #catchUp: CatchUp;
  /** Messages since it fell behind; undefined: it did not. */
  #leftOut: number | undefined;

  constructor(socket: WebSocket, catchUp: CatchUp) {
    this.#socket = socket;
    this.#catchUp = catchUp;
  }

  tell(text: () => string): void {
    if (this.#leftOut === undefined && this.#socket.bufferedAmount > MOST_WAITING) this.#leftOut = 0;
    if (this.#leftOut === undefined) this.#send(text());
    else this.#leftOut += 1;
  }

  /** Introduces all that lives. */
  begin(): void {
    for (const text of this.#catchUp(0)) this.#send(text);
  }

  #send(text: string): void {
    // Told when it has left; a socket that closed has said so itself.
    this.#socket.send(text, () => this.#taken());
  }

  #taken(): void {
    const leftOut = this.#leftOut;
    if (leftOut === undefined || this.#socket.bufferedAmount > MOST_WAITING / 4) return;
    this.#leftOut = undefined;
    for (const text of this.#catchUp(leftOut)) this.#send(text);
  }
}
