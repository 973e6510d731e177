import { closeSync, openSync, statSync, writeSync } from 'node:fs';

/** Overwrites the middle of a file, from `from` to `to` of its length, in whole pages. */
export function damage(path: string, from = 0.4, to = 0.6): void {
  const pages = Math.floor(statSync(path).size / 4_096);
  const [first, last] = [Math.floor(pages * from), Math.floor(pages * to)];
  const fd = openSync(path, 'r+');
  writeSync(fd, Buffer.alloc((last - first) * 4_096, 0xa5), 0, undefined, first * 4_096);
  closeSync(fd);
}
