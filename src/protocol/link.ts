import { z } from 'zod';
import type { Runtime } from './scope.ts';

/**
 * The numbered link between host and hub (design.md 5.6). Every frame carries `n`; the frames below do not.
 * The host speaks first after each connect; the hub answers; then each resends what the other lacks.
 */
export const linkOpenSchema = z.looseObject({
  type: z.literal('link_open'),
  /** The life of the host process. */
  epoch: z.string(),
  /** The last `n` that the sender of this frame has received in this epoch. */
  received: z.number().int().nonnegative(),
  /** From the hub: false when it knows nothing of this epoch; the host then sends its whole state. */
  resumed: z.boolean().optional(),
});

export const linkAckSchema = z.looseObject({
  type: z.literal('link_ack'),
  received: z.number().int().nonnegative(),
});

/** A numbered frame that stands where live output of one conversation was given up for room. */
export interface LinkGap {
  type: 'link_gap';
  runtime: Runtime;
}

/** Acknowledge after this many frames, or after this many milliseconds, whichever is first. */
export const ACK_EVERY_FRAMES = 64;
export const ACK_EVERY_MS = 100;
/** Above this many unacknowledged bytes live output is given up. */
export const LINK_BUFFER_BYTES = 8 * 1024 * 1024;

interface Kept {
  n: number;
  text: string;
  bytes: number;
  /** The conversation whose live output this is; null for what is never given up. */
  live: string | null;
  /** The conversation whose gap this tells; null for everything else. */
  gap: string | null;
}

/** The sending half: numbers frames and keeps them until the other side has them. */
export class LinkSender {
  #n: number;
  #kept: Kept[] = [];
  #bytes = 0;
  readonly #limit: number;

  /** `start` is the last number that the other side has already seen from a sender before this one. */
  constructor(limit = LINK_BUFFER_BYTES, start = 0) {
    this.#limit = limit;
    this.#n = start;
  }

  /** The last number given. */
  get last(): number {
    return this.#n;
  }
  get unacknowledgedBytes(): number {
    return this.#bytes;
  }

  /**
   * Numbers a frame and keeps it. `live` names the conversation when the frame may be given up for room;
   * `gapOf` then builds the frame that says so.
   */
  add(frame: object, live: string | null = null, gapOf?: (live: string) => object): string {
    const text = this.#keep(frame, live);
    if (this.#bytes > this.#limit && gapOf) this.#giveUp(gapOf);
    return text;
  }

  acknowledge(received: number): void {
    let count = 0;
    for (const kept of this.#kept) {
      if (kept.n > received) break;
      this.#bytes -= kept.bytes;
      count += 1;
    }
    if (count > 0) this.#kept.splice(0, count);
  }

  /** What the other side lacks, oldest first. */
  after(received: number): string[] {
    return this.#kept.filter((kept) => kept.n > received).map((kept) => kept.text);
  }

  /**
   * Numbers what is kept anew, for a receiver that knows nothing of the old numbers. What `wanted` refuses is
   * forgotten: answers to requests that the receiver never made.
   */
  restart(wanted: (frame: Record<string, unknown>) => boolean): void {
    const kept = this.#kept;
    this.#n = 0;
    this.#kept = [];
    this.#bytes = 0;
    for (const { text, live, gap } of kept) {
      const { n: _, ...frame } = JSON.parse(text) as Record<string, unknown>;
      if (wanted(frame)) this.#keep(frame, live, gap);
    }
  }

  #keep(frame: object, live: string | null, gap: string | null = null): string {
    this.#n += 1;
    // Behind all else, and so the one that counts should the frame have an `n` of its own.
    const text = `${JSON.stringify(frame).slice(0, -1)},"n":${this.#n}}`;
    const bytes = text.length;
    this.#kept.push({ n: this.#n, text, bytes, live, gap });
    this.#bytes += bytes;
    return text;
  }

  #giveUp(gapOf: (live: string) => object): void {
    const sizes = new Map<string, number>();
    for (const kept of this.#kept)
      if (kept.live !== null) sizes.set(kept.live, (sizes.get(kept.live) ?? 0) + kept.bytes);
    let largest: string | null = null;
    for (const [live, size] of sizes)
      if (largest === null || size > (sizes.get(largest) ?? 0)) largest = live;
    if (largest === null) return;
    const victim = largest;
    // One gap is enough, behind all that is missing.
    this.#kept = this.#kept.filter((kept) => kept.live !== victim && kept.gap !== victim);
    this.#bytes = this.#kept.reduce((sum, kept) => sum + kept.bytes, 0);
    this.#keep(gapOf(victim), null, victim);
  }
}

/** The receiving half: knows what it has and drops what comes twice. */
export class LinkReceiver {
  #received = 0;
  #told = 0;

  get received(): number {
    return this.#received;
  }
  /** How many frames the other side has not been told of. */
  get untold(): number {
    return this.#received - this.#told;
  }

  /** True when the frame is new. A frame without a number is always new. */
  accept(n: number | undefined): boolean {
    if (n === undefined) return true;
    if (n <= this.#received) return false;
    this.#received = n;
    return true;
  }

  acknowledgement(): { type: 'link_ack'; received: number } {
    this.#told = this.#received;
    return { type: 'link_ack', received: this.#received };
  }
}
