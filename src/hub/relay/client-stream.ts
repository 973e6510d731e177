import type { Outlet } from './outlet.ts';
import type { Entry } from './ring.ts';

/**
 * The frames to one client socket, numbered when they are sent. On a single socket `event_seq` counts the
 * events without a gap. A client with two channels gets the same feed on both, in two orders that race; there
 * `event_seq` counts only what is no delta, per conversation and equal on both, so that no reordering and no
 * dropped copy can look like a gap (D27).
 */
export class ClientStream {
  readonly outlet: Outlet;
  readonly #isPaired: boolean;
  #seq = 0;
  #eventSeq = 0;

  constructor(outlet: Outlet, isPaired: boolean) {
    this.outlet = outlet;
    this.#isPaired = isPaired;
  }

  /** A frame that is no event: an answer, a snapshot, a notice. */
  send(frame: object): void {
    this.#seq += 1;
    this.outlet.write(`${JSON.stringify(frame).slice(0, -1)},"seq":${this.#seq}}`);
  }

  /** An event that is in no ring. `key` names it for whoever drops what comes twice. */
  sendEvent(frame: object, key: string, mark: number): void {
    const text = `${JSON.stringify(frame).slice(0, -1)},"idempotency_key":${JSON.stringify(key)}`;
    this.#sendText(text, mark);
  }

  sendEntry(entry: Entry): void {
    this.#sendText(entry.text, entry.mark);
  }

  #sendText(text: string, mark: number): void {
    this.#seq += 1;
    this.#eventSeq += 1;
    const eventSeq = this.#isPaired ? mark : this.#eventSeq;
    this.outlet.write(`${text},"event_seq":${eventSeq},"seq":${this.#seq}}`);
  }
}
