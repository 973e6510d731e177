import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { BLOCK, readTarHeader, type TarEntry } from './tar.ts';

/** A part of a file of a bundle; each file has one last part, which may be empty. */
export interface BundlePart {
  entry: TarEntry;
  bytes: Buffer;
  isLast: boolean;
}

/** The bundle is not what was written. `message` says where. */
export class BundleDamage extends Error {
  override name = 'BundleDamage';
}

const NO_BUNDLE = 'it is packed by gzip, but no bundle. If it is a log, unpack it first';

/**
 * The files of a bundle, part by part, in the order in which they stand there. Rejects with `BundleDamage`, else when
 * the file cannot be read.
 */
export async function* bundleContent(path: string): AsyncGenerator<BundlePart, void, undefined> {
  const reader = new TarReader();
  // In small parts, so that what comes before damage is told apart from what it hits.
  const packed = createReadStream(path, { highWaterMark: 16 * 1024 });
  const plain = createGunzip({ chunkSize: 256 * 1024 });
  packed.on('error', (error) => plain.destroy(error));
  packed.pipe(plain);
  try {
    for await (const chunk of plain as AsyncIterable<Buffer>) yield* reader.push(chunk);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!code.startsWith('Z_')) throw error;
    throw new BundleDamage(code === 'Z_BUF_ERROR' ? reader.cutOff : `it is damaged ${reader.place}`);
  } finally {
    packed.destroy();
    plain.destroy();
  }
  if (reader.isEmpty) throw new BundleDamage(NO_BUNDLE);
  if (!reader.isOver) throw new BundleDamage(reader.cutOff);
}

/** Cuts the bytes of an archive into the files that it holds. */
class TarReader {
  isOver = false;
  #held: Buffer = Buffer.alloc(0);
  #entry: TarEntry | undefined;
  #missing = 0;
  #padding = 0;

  get isEmpty(): boolean {
    return this.#entry === undefined;
  }

  /** For a message: where the reading stands. */
  get place(): string {
    if (this.#entry === undefined) return 'at its beginning';
    const { name, size } = this.#entry;
    return this.#missing > 0 ? `in ${name}, after ${size - this.#missing} of ${size} bytes` : `after ${name}`;
  }

  get cutOff(): string {
    return `it is cut off ${this.place}`;
  }

  *push(chunk: Buffer): Generator<BundlePart, void, undefined> {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (!this.isOver) {
      if (this.#missing > 0) {
        if (this.#held.length === 0) return;
        yield this.#content(this.#take(Math.min(this.#missing, this.#held.length)));
      } else if (this.#held.length < this.#padding + BLOCK) return;
      else {
        this.#take(this.#padding);
        this.#padding = 0;
        yield* this.#header(this.#take(BLOCK));
      }
    }
    this.#held = Buffer.alloc(0);
  }

  *#header(block: Buffer): Generator<BundlePart, void, undefined> {
    const read = readTarHeader(block);
    if (read === undefined && this.#entry === undefined) throw new BundleDamage(NO_BUNDLE);
    if (read === undefined) throw new BundleDamage(`it is damaged ${this.place}: no file begins there`);
    if (read === 'end') {
      this.isOver = true;
      return;
    }
    this.#entry = read;
    this.#missing = read.size;
    this.#padding = (BLOCK - (read.size % BLOCK)) % BLOCK;
    if (read.size === 0) yield this.#content(Buffer.alloc(0));
  }

  #content(bytes: Buffer): BundlePart {
    this.#missing -= bytes.length;
    return { entry: this.#entry as TarEntry, bytes, isLast: this.#missing === 0 };
  }

  #take(size: number): Buffer {
    const taken = this.#held.subarray(0, size);
    this.#held = this.#held.subarray(size);
    return taken;
  }
}
