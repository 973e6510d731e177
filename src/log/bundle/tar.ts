/**
 * As much of the tar format (POSIX ustar) as a bundle needs: plain files, one after the other, each in blocks of 512
 * bytes behind a header. Any `tar` unpacks it.
 */

export const BLOCK = 512;

export interface TarEntry {
  /** At most 100 bytes of ASCII. */
  name: string;
  /** In bytes. */
  size: number;
}

/** The header of a file that only its owner may read. `mtime` in epoch milliseconds. */
export function tarHeader({ name, size }: TarEntry, mtime: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  if (header.write(name, 0, 'ascii') > 100) throw new Error(`"${name}" is too long for a name in a bundle`);
  header.write('0000600\0', 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(Math.floor(mtime / 1000), 11), 136);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write(`${octal(sumOf(header), 6)}\0 `, 148);
  return header;
}

/** What follows the content of a file, so that the next header begins on a block. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** What ends an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/** What a block says as a header; `end` when it is empty, undefined when it is no header of ours. */
export function readTarHeader(header: Buffer): TarEntry | 'end' | undefined {
  if (header.every((byte) => byte === 0)) return 'end';
  const size = Number.parseInt(header.toString('latin1', 124, 136), 8);
  const sum = Number.parseInt(header.toString('latin1', 148, 156), 8);
  const name = header.toString('latin1', 0, 100).replace(/\0.*$/s, '');
  const isFile = header[156] === 0x30 || header[156] === 0;
  return isFile && sum === sumOf(header) && size >= 0 && name !== '' ? { name, size } : undefined;
}

/** The sum of all bytes, those of the sum itself counted as blanks. */
function sumOf(header: Buffer): number {
  let sum = 8 * 0x20;
  for (const [at, byte] of header.entries()) if (at < 148 || at >= 156) sum += byte;
  return sum;
}

function octal(value: number, width: number): string {
  return value.toString(8).padStart(width, '0');
}
