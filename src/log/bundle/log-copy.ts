import { type FileHandle, open } from 'node:fs/promises';

const PART = 256 * 1024;
const NEWLINE = 0x0a;

/**
 * A log as it stands now. It may be written on, and even be deleted, while it is packed: what can be read of it is the
 * same each time.
 */
export class LogCopy {
  readonly #file: FileHandle;
  readonly #bytes: number;

  private constructor(file: FileHandle, bytes: number) {
    this.#file = file;
    this.#bytes = bytes;
  }

  /** Undefined when there is no such file any more. Of a log that is being written, the last whole line is the end. */
  static async open(path: string, isWritten: boolean): Promise<LogCopy | undefined> {
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const { size } = await file.stat();
    return new LogCopy(file, isWritten ? await wholeLines(file, size) : size);
  }

  /** Its bytes. Rejects when they are not there any more. */
  async *read(): AsyncGenerator<Buffer, void, undefined> {
    for (let at = 0; at < this.#bytes; ) {
      const wanted = Math.min(PART, this.#bytes - at);
      const { bytesRead, buffer } = await this.#file.read(Buffer.alloc(wanted), 0, wanted, at);
      if (bytesRead === 0) throw new Error('it became shorter while it was read');
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** The size of `file` up to its last line break. */
async function wholeLines(file: FileHandle, size: number): Promise<number> {
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - PART);
    const { buffer } = await file.read(Buffer.alloc(end - from), 0, end - from, from);
    const at = buffer.lastIndexOf(NEWLINE);
    if (at !== -1) return from + at + 1;
    end = from;
  }
  return 0;
}
