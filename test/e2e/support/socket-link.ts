import { createServer, type Server, Socket } from 'node:net';

/**
 * The way from a host to its hub, of which the WebSocket can be taken away while REST goes on: the half of an outage in
 * which a turn can still run and end while nobody hears of it.
 */
export class SocketLink {
  readonly port: number;
  /** Where it leads. */
  upstream = 0;
  /** The addresses at which a WebSocket was asked for while it was cut: each registration has its own. */
  readonly missed = new Set<string>();
  readonly #server: Server;
  readonly #all = new Set<Socket>();
  readonly #webSockets = new Set<Socket>();
  #isDown = false;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
    server.on('connection', (socket) => this.#accept(socket));
  }

  static async open(): Promise<SocketLink> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new SocketLink(server, (server.address() as { port: number }).port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Cuts every WebSocket, and lets none open until `restore`. */
  cut(): void {
    this.#isDown = true;
    for (const socket of this.#webSockets) socket.resetAndDestroy();
  }

  restore(): void {
    this.#isDown = false;
  }

  async close(): Promise<void> {
    for (const socket of this.#all) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(near: Socket): void {
    const far = new Socket();
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#all.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#all.delete(socket);
        this.#webSockets.delete(socket);
        other.destroy();
      });
    }
    near.once('data', (head) => {
      const text = head.toString('latin1');
      if (/\r\nupgrade: websocket\r\n/i.test(text)) {
        if (this.#isDown) {
          this.missed.add(text.slice(0, text.indexOf('\r\n')));
          near.resetAndDestroy();
          return;
        }
        this.#webSockets.add(near);
      }
      far.write(head);
      near.pipe(far);
    });
    far.pipe(near);
    far.connect(this.upstream, '127.0.0.1');
  }
}
