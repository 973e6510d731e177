import { vi } from 'vitest';

export type Frame = Record<string, unknown> & { type: string };

/** The frames that came in over one socket, in order, and the waiting for those still to come. */
export class Frames {
  readonly all: Frame[] = [];

  push(frame: Frame): void {
    this.all.push(frame);
  }

  of(type: string): Frame[] {
    return this.all.filter((frame) => frame.type === type);
  }

  /** The first frame that fits, now or later. */
  async next(fits: string | ((frame: Frame) => boolean), what = String(fits)): Promise<Frame> {
    const test = typeof fits === 'string' ? (frame: Frame) => frame.type === fits : fits;
    return vi.waitFor(
      () => {
        const found = this.all.find(test);
        if (!found)
          throw new Error(`no frame ${what}; there are: ${this.all.map(({ type }) => type).join(', ')}`);
        return found;
      },
      { timeout: 5_000, interval: 5 },
    );
  }

  /** The answer to a request. */
  answer(requestId: string): Promise<Frame> {
    return this.next((frame) => frame.request_id === requestId, `answering ${requestId}`);
  }

  /** Waits until there are so many of a type. */
  async count(type: string, count: number): Promise<Frame[]> {
    return vi.waitFor(
      () => {
        const found = this.of(type);
        if (found.length < count) throw new Error(`${found.length} of ${count} ${type}`);
        return found;
      },
      { timeout: 10_000, interval: 5 },
    );
  }

  clear(): void {
    this.all.length = 0;
  }
}
