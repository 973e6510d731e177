import type { RawData, WebSocket } from 'ws';
import { linkAckSchema, linkOpenSchema } from '../../protocol/link.ts';
import type { Connection } from '../registry/connections.ts';
import { HostLink } from './host-link.ts';
import type { Host } from './live.ts';

/** What a host's socket tells of, from when it is taken until it is left. */
export interface HostSocketSays {
  /** Frames may flow. `resumed` is false when what went before is not known. */
  ready(resumed: boolean): void;
  heard(): void;
  /** `wire` is the text in which the frame came. */
  frame(frame: Record<string, unknown>, wire: string): void;
  /** A frame that is no frame. */
  garbage(reason: string): void;
}

/** What may wait in the socket of a host. */
const UNREAD_BYTES = 16 * 1024 * 1024;

/** The link of a life of a host that an earlier socket left behind; replaced when this one begins a new life. */
export interface LinkMemory {
  link: HostLink | null;
}

/** One socket of a host: pings answered, numbers checked, what is new passed on. */
export class HostSocket implements Host {
  readonly id: string;
  readonly connection: Connection;
  readonly isLinked: boolean;
  readonly #ws: WebSocket;
  readonly #memory: LinkMemory;
  #says: HostSocketSays | null = null;
  #link: HostLink | null = null;

  constructor(id: string, connection: Connection, ws: WebSocket, memory: LinkMemory) {
    this.id = id;
    this.connection = connection;
    this.isLinked = connection.epoch !== null;
    this.#ws = ws;
    this.#memory = memory;
    ws.on('message', (data, isBinary) => this.#receive(data, isBinary));
    ws.on('pong', () => this.#says?.heard());
  }

  /** From here on this is the environment's socket. */
  take(says: HostSocketSays): void {
    this.#says = says;
    // Not at once: the machine that takes it is still in its step.
    if (!this.isLinked) queueMicrotask(() => this.#says?.ready(false));
  }

  /** From here on it is not: what it still says is not heard. */
  leave(): void {
    this.#says = null;
    this.#link?.pause();
  }

  /** A host that does not read is dropped: what it has not answered is held, or goes back to its sender. */
  send(frame: object): void {
    this.#ws.send(this.#link ? this.#link.number(frame) : JSON.stringify(frame));
    if (this.#ws.bufferedAmount > UNREAD_BYTES) this.#ws.terminate();
  }

  probe(): void {
    this.#ws.ping();
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason);
  }

  terminate(): void {
    this.#ws.terminate();
  }

  #receive(data: RawData, isBinary: boolean): void {
    const says = this.#says;
    if (!says) return;
    says.heard();
    const wire = isBinary ? '' : String(data);
    const frame = parseObject(wire);
    if (!frame) return says.garbage('no JSON object with a type');
    if (frame.type === 'ping') return this.#ws.send('{"type":"pong"}');
    if (!this.isLinked) return says.frame(frame, wire);
    if (frame.type === 'link_open') return this.#open(frame, says);
    const link = this.#link;
    if (!link) return says.garbage(`"${frame.type}" before link_open`);
    if (frame.type === 'link_ack') return this.#acknowledged(frame, link, says);
    if (link.accept(frame.n, (answer) => this.#ws.send(JSON.stringify(answer)))) says.frame(frame, wire);
  }

  #acknowledged(frame: object, link: HostLink, says: HostSocketSays): void {
    const ack = linkAckSchema.safeParse(frame);
    if (ack.success) link.acknowledged(ack.data.received);
    else says.garbage('link_ack without a number');
  }

  #open(frame: object, says: HostSocketSays): void {
    const opening = linkOpenSchema.safeParse(frame);
    if (!opening.success || opening.data.epoch !== this.connection.epoch)
      return this.close(1002, 'link_open must name the epoch that was registered');
    const { epoch, received } = opening.data;
    const resumed = this.#memory.link?.epoch === epoch;
    const link = resumed && this.#memory.link ? this.#memory.link : new HostLink(epoch, received);
    this.#memory.link = link;
    this.#link = link;
    this.#ws.send(JSON.stringify({ type: 'link_open', epoch, received: link.received, resumed }));
    says.ready(resumed);
  }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text) as Record<string, unknown> | null;
    return typeof value === 'object' && value !== null && typeof value.type === 'string' ? value : null;
  } catch {
    return null;
  }
}
