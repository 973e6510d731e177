import type { Gap, Snapshot } from '../../protocol/relay.ts';
import type { ClientStream } from './client-stream.ts';
import type { Ring, RingReader } from './ring.ts';

/** Below every number: the client must hear of a gap before anything else. */
const LOST = -1;

export type TakeSnapshot = (ring: Ring) => Promise<Snapshot>;

/**
 * One client following one ring, at his own pace: nothing is queued for him, he reads the ring as fast as his
 * socket takes it. Who falls behind by more than the ring holds gets a gap and a snapshot; a foreign client,
 * which knows neither, is closed.
 */
export class Subscription implements RingReader {
  readonly ring: Ring;
  readonly #stream: ClientStream;
  readonly #snapshot: TakeSnapshot | null;
  #position: number;
  #reason: Gap['reason'] = 'slow';
  /** A snapshot is being made; what comes meanwhile follows it. */
  #isWaiting = false;
  #isStopped = false;

  /** `snapshot` is null for a client that never sent `resume`. */
  constructor(ring: Ring, position: number, stream: ClientStream, snapshot: TakeSnapshot | null) {
    this.ring = ring;
    this.#position = position;
    this.#stream = stream;
    this.#snapshot = snapshot;
  }

  /** From its position on; after a snapshot when what was before is not known to the client. */
  start(snapshotFirst: boolean): Promise<void> {
    this.ring.readers.add(this);
    if (snapshotFirst && this.#snapshot) return this.#sendSnapshot(this.#snapshot);
    this.advance();
    return Promise.resolve();
  }

  stop(): void {
    this.#isStopped = true;
    this.ring.readers.delete(this);
  }

  advance(): void {
    const { outlet } = this.#stream;
    if (this.#isWaiting || this.#isStopped) return;
    if (!outlet.blocked && this.#position < this.ring.dropped) return this.#tellGap();
    while (!outlet.blocked && this.#position < this.ring.last) {
      this.#position += 1;
      const entry = this.ring.at(this.#position);
      // The turn of another machine would end the foreign client's own.
      const isElsewhere = entry.origin !== null && entry.origin !== this.ring.environmentId;
      if (!(isElsewhere && this.#snapshot === null)) this.#stream.sendEntry(entry);
    }
  }

  lose(reason: 'host' | 'room'): void {
    this.#position = LOST;
    this.#reason = reason;
    this.advance();
  }

  #tellGap(): void {
    const reason = this.#reason;
    this.#reason = 'slow';
    if (this.#snapshot) {
      this.#stream.send({ type: 'gap', runtime: this.ring.runtime, reason } satisfies Gap);
      void this.#sendSnapshot(this.#snapshot);
    } else if (reason === 'slow') this.#stream.outlet.close(1013, 'Too slow: events were missed');
    else {
      this.#position = this.ring.dropped;
      this.#warn();
      this.advance();
    }
  }

  /** A ring that began anew meanwhile makes the snapshot worthless: then another one follows. */
  async #sendSnapshot(take: TakeSnapshot): Promise<void> {
    this.#isWaiting = true;
    this.#position = this.ring.last;
    try {
      const snapshot = await take(this.ring);
      if (!this.#isStopped && this.#position !== LOST) this.#stream.send(snapshot);
    } catch {
      // Without a snapshot the client knows nothing: it comes back and asks again.
      this.#stream.outlet.close(1011, 'The hub could not read the conversation');
    }
    this.#isWaiting = false;
    this.advance();
  }

  #warn(): void {
    const { runtime } = this.ring;
    const id = `gap-${this.ring.cursorAt(0)}`;
    const delta = {
      id,
      date: new Date().toISOString(),
      message_type: 'status',
      message: 'The connection to the host was interrupted. Its live output of that time is lost.',
      level: 'warning',
    };
    this.#stream.sendEvent({ type: 'stream_delta', runtime, delta }, id, this.ring.mark);
  }
}
