import {
  ACK_EVERY_FRAMES,
  ACK_EVERY_MS,
  LINK_BUFFER_BYTES,
  LinkReceiver,
  LinkSender,
} from '../../protocol/link.ts';

/**
 * The hub's end of the numbered link to one life of a host process. It outlives the sockets; a new epoch, or a
 * hub that started, begins a new one. What the hub sent and was not answered goes into the bag or back to its
 * sender when the socket breaks (5.5), so this side has nothing to send again.
 */
export class HostLink {
  readonly epoch: string;
  readonly #receiver = new LinkReceiver();
  readonly #sender: LinkSender;
  #timer: NodeJS.Timeout | null = null;

  /** `heard` is the last number that this life of the host has seen from a hub. */
  constructor(epoch: string, heard: number) {
    this.epoch = epoch;
    this.#sender = new LinkSender(LINK_BUFFER_BYTES, heard);
  }

  /** The last number received. */
  get received(): number {
    return this.#receiver.received;
  }

  number(frame: object): string {
    return this.#sender.add(frame);
  }

  acknowledged(received: number): void {
    this.#sender.acknowledge(received);
  }

  /** True when the frame is new. `send` is how the acknowledgement leaves when it is due. */
  accept(n: unknown, send: (frame: object) => void): boolean {
    const isNew = this.#receiver.accept(typeof n === 'number' ? n : undefined);
    if (this.#receiver.untold >= ACK_EVERY_FRAMES) this.#tell(send);
    else if (this.#receiver.untold > 0) this.#timer ??= setTimeout(() => this.#tell(send), ACK_EVERY_MS);
    return isNew;
  }

  /** The socket is gone. */
  pause(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#sender.acknowledge(this.#sender.last);
  }

  #tell(send: (frame: object) => void): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    send(this.#receiver.acknowledgement());
  }
}
