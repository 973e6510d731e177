interface Frame {
  type: string;
  cursor?: unknown;
  result?: unknown;
}

/** Follows the cursors of one client: between two gaps none is skipped and none comes twice (G4). */
export class CursorCheck {
  #stream = '';
  #n = 0;
  #isLost = true;

  /** What is wrong with this frame, or null. */
  take(frame: Frame): string | null {
    if (frame.type === 'gap') {
      this.#isLost = true;
      return null;
    }
    if (frame.type === 'resumed' && frame.result !== 'ok') {
      this.#isLost = true;
      return null;
    }
    if (typeof frame.cursor !== 'string') return null;
    const { stream, n } = read(frame.cursor);
    const before = `${this.#stream}.${this.#n}`;
    if (frame.type === 'snapshot') {
      this.#isLost = false;
      this.#stream = stream;
      this.#n = n;
      return null;
    }
    if (frame.type === 'resumed')
      return stream === this.#stream && n === this.#n ? null : `resumed at ${frame.cursor}, was at ${before}`;
    if (this.#isLost) return `${frame.type} ${frame.cursor} came between a gap and its snapshot`;
    const expected = this.#n + 1;
    this.#n = n;
    if (stream === this.#stream && n === expected) return null;
    this.#stream = stream;
    return `${frame.type} ${frame.cursor} came after ${before}`;
  }
}

function read(cursor: string): { stream: string; n: number } {
  const dot = cursor.lastIndexOf('.');
  return { stream: cursor.slice(0, dot), n: Number(cursor.slice(dot + 1)) };
}
