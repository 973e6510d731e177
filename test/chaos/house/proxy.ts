import { createServer, type Server, Socket } from 'node:net';
import type { Break } from '../plan/faults.ts';

/** Bytes that may wait for a side that does not read. */
const HIGH_WATER = 256 * 1024;

/**
 * A TCP relay on a port that stays, to a port that may change: the link between two processes, which can be broken in
 * all the ways in which networks do it.
 */
export class CutProxy {
  readonly port: number;
  /** Where it leads; null while nobody is there. */
  upstream: number | null = null;
  /** How often a link was broken. */
  broken = 0;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #weather: Break | null = null;
  #pieces = 0;
  #cutAt: number | null = null;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
    server.on('connection', (socket) => this.#accept(socket));
  }

  static async open(): Promise<CutProxy> {
    const server = createServer({ allowHalfOpen: false });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new CutProxy(server, (server.address() as { port: number }).port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Breaks what goes through now and what comes meanwhile; resolves when the link is whole again. */
  async break(how: Break): Promise<void> {
    this.broken += 1;
    this.#weather = how;
    for (const pair of this.#pairs) pair.obey(how);
    if (how.how === 'down' || how.how === 'reset') this.#dropAll();
    await new Promise((resolve) => setTimeout(resolve, how.forMs));
    this.#weather = null;
    // Bytes were lost: what is left of these connections cannot go on.
    if (how.how === 'swallow' || how.how === 'truncate') this.#dropTouched();
    else for (const pair of this.#pairs) pair.release();
  }

  /** Cuts all that goes through just before the next piece but `count` is passed on, in either direction; null: only counts. */
  cutAt(count: number | null): void {
    this.#pieces = 0;
    this.#cutAt = count;
  }

  /** Pieces that came, in either direction, since the last `cutAt`. A piece is what one side wrote at once. */
  get pieces(): number {
    return this.#pieces;
  }

  async close(): Promise<void> {
    this.#dropAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    const { upstream } = this;
    if (upstream === null || this.#weather?.how === 'down') {
      socket.on('error', () => undefined);
      socket.resetAndDestroy();
      return;
    }
    const pair: Pair = new Pair(socket, upstream, {
      onEnd: () => this.#pairs.delete(pair),
      onPiece: () => this.#count(),
    });
    this.#pairs.add(pair);
    if (this.#weather) pair.obey(this.#weather);
  }

  #count(): void {
    this.#pieces += 1;
    if (this.#pieces - 1 !== this.#cutAt) return;
    this.broken += 1;
    this.#dropAll();
  }

  #dropAll(): void {
    for (const pair of this.#pairs) pair.destroy();
  }

  #dropTouched(): void {
    for (const pair of this.#pairs) if (pair.isTouched) pair.destroy();
  }
}

interface Hearing {
  onEnd: () => void;
  /** Bytes have come, and are not passed on yet. */
  onPiece: () => void;
}

/** One connection through the proxy. */
class Pair {
  readonly #near: Socket;
  readonly #far = new Socket();
  readonly #hearing: Hearing;
  #weather: Break | null = null;
  #left = 0;
  #held: { to: Socket; bytes: Buffer }[] = [];
  isTouched = false;

  constructor(near: Socket, port: number, hearing: Hearing) {
    this.#near = near;
    this.#hearing = hearing;
    this.#join(near, this.#far);
    this.#join(this.#far, near);
    this.#far.connect(port, '127.0.0.1');
  }

  obey(weather: Break): void {
    this.#weather = weather;
    this.isTouched = true;
    if (weather.how === 'truncate') this.#left = weather.bytes;
  }

  release(): void {
    this.#weather = null;
    for (const { to, bytes } of this.#held) to.write(bytes);
    this.#held = [];
  }

  destroy(): void {
    this.#near.resetAndDestroy();
    this.#far.resetAndDestroy();
    this.#hearing.onEnd();
  }

  #join(from: Socket, to: Socket): void {
    from.setNoDelay(true);
    from.on('data', (bytes: Buffer) => this.#pass(from, to, bytes));
    to.on('drain', () => from.resume());
    from.on('error', () => this.destroy());
    // What one side has said before it left still arrives at the other.
    from.on('close', () => {
      to.end();
      if (from.destroyed && to.destroyed) this.#hearing.onEnd();
    });
  }

  #pass(from: Socket, to: Socket, bytes: Buffer): void {
    this.#hearing.onPiece();
    if (to.destroyed) return;
    switch (this.#weather?.how) {
      case 'swallow':
        return;
      case 'delay':
        this.#held.push({ to, bytes });
        return;
      case 'truncate':
        if (bytes.length <= this.#left) {
          this.#left -= bytes.length;
          break;
        }
        if (this.#left > 0) to.write(bytes.subarray(0, this.#left), () => this.destroy());
        else this.destroy();
        this.#left = 0;
        return;
    }
    if (!to.write(bytes) && to.writableLength > HIGH_WATER) from.pause();
  }
}
