import { writeSync } from 'node:fs';
import Transport from 'winston-transport';

const NEWLINE = 0x0a;

export interface TurnTransportOptions {
  /** An empty file, opened for appending. */
  fd: number;
  /** Its first line. */
  opening: string;
  /** The text of a line that says so many lines could not be written. */
  lostLine: (count: number) => string;
  /** Told after a batch, with the size of the file in bytes. */
  onWritten: (bytes: number) => void;
}

/**
 * A winston transport that collects the lines of one turn of the event loop and writes them by one `writeSync`: at
 * `flush()`, which a socket calls before a frame leaves, else when the turn ends, else when the process exits (which
 * an uncaught exception is too). So what was seen outside is in the file, also after `kill -9`.
 *
 * A disk that is full or broken never reaches the caller: the lines are counted, and the first batch that can be
 * written again begins with a line that says how many are missing.
 */
export class TurnTransport extends Transport {
  #fd: number;
  #bytes = 0;
  #text = '';
  #lines = 0;
  #turnEnds = false;
  /** The first line of the file, until it is in it. */
  #opening: string;
  #lost = 0;
  /** A write stopped in the middle of a line. */
  #torn = false;
  #lostLine: TurnTransportOptions['lostLine'];
  #onWritten: TurnTransportOptions['onWritten'];
  #onExit = () => this.flush();
  #onTurnEnd = () => {
    this.#turnEnds = false;
    this.flush();
  };

  constructor(options: TurnTransportOptions) {
    super();
    this.#fd = options.fd;
    this.#opening = `${options.opening}\n`;
    this.#lostLine = options.lostLine;
    this.#onWritten = options.onWritten;
    process.on('exit', this.#onExit);
  }

  override log(info: { message: string }, next: () => void): void {
    this.#text += `${info.message}\n`;
    this.#lines += 1;
    if (!this.#turnEnds) {
      // Never cleared by a flush: to let it come and find nothing is cheaper.
      this.#turnEnds = true;
      setImmediate(this.#onTurnEnd);
    }
    next();
  }

  flush(): void {
    if (this.#lines === 0 && this.#opening === '') return;
    const opening = (this.#torn ? '\n' : '') + this.#opening;
    const head = opening + (this.#lost === 0 ? '' : `${this.#lostLine(this.#lost)}\n`);
    const batch = head + this.#text;
    const size = Buffer.byteLength(batch);
    const done = this.#write(batch, size);
    if (done === size) {
      this.#lost = 0;
      this.#torn = false;
    } else {
      this.#missed(Buffer.from(batch), done, Buffer.byteLength(head));
    }
    if (done >= Buffer.byteLength(opening)) this.#opening = '';
    this.#text = '';
    this.#lines = 0;
    this.#bytes += done;
    this.#onWritten(this.#bytes);
  }

  /** The batches from the next one on go to another empty file, which begins with `opening`. */
  use(fd: number, opening: string): void {
    this.#fd = fd;
    this.#opening = `${opening}\n`;
    this.#bytes = 0;
    this.#torn = false;
  }

  /** Called by winston when its logger is closed. */
  override close(): void {
    this.flush();
    process.off('exit', this.#onExit);
  }

  /** Bytes written: fewer than `size` when the disk refused. */
  #write(batch: string, size: number): number {
    let done = 0;
    try {
      // A string goes out faster than the Buffer made of it; that is needed only when the disk took a part.
      done = writeSync(this.#fd, batch);
      for (let part = done; done < size && part > 0; done += part)
        part = writeSync(this.#fd, Buffer.from(batch).subarray(done));
    } catch {
      // Told in the file itself, by the next batch that can be written.
    }
    return done;
  }

  /** Counts the lines that are not whole in the file; what was told to be lost before is in `head`. */
  #missed(batch: Buffer, done: number, head: number): void {
    if (done > 0) this.#torn = batch[done - 1] !== NEWLINE;
    this.#lost = done < head ? this.#lost + this.#lines : count(batch.subarray(done), NEWLINE);
  }
}

function count(bytes: Buffer, wanted: number): number {
  let found = 0;
  for (const byte of bytes) if (byte === wanted) found += 1;
  return found;
}
