import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A command that runs `command` with a disk of its own, of so many bytes, in the place of `folder`. */
export const onSmallDisk = (folder: string, bytes: number, command: readonly string[]): string[] => [
  ...['unshare', '--map-root-user', '--mount', 'sh', '-c'],
  ...[`mount -t tmpfs -o size=${bytes} none "$0" && exec "$@"`, folder, ...command],
];

/** Not every machine lets a test mount something, also only for itself. */
export const canHaveSmallDisk = (): boolean => {
  const [command = '', ...args] = onSmallDisk('/tmp', 65_536, ['true']);
  return spawnSync(command, args).status === 0;
};

/** The disk of a process that runs so, as seen from outside. */
export class SmallDisk {
  readonly path: string;
  readonly #filler: string;

  constructor(pid: number, folder: string) {
    this.path = `/proc/${pid}/root${folder}`;
    this.#filler = join(this.path, 'filler');
  }

  /** Not a byte fits on it any more. */
  fill(): void {
    const fd = openSync(this.#filler, 'a');
    for (let size = 65_536; size >= 1; size = Math.floor(size / 2)) {
      try {
        for (;;) if (writeSync(fd, Buffer.alloc(size)) < size) break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
    closeSync(fd);
  }

  free(): void {
    rmSync(this.#filler);
  }
}
