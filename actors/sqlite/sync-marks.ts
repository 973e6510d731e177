import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, openSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeFolder } from '../make-folder.ts';

/** How much of a write-ahead log is on disk for good; a line of JSON in the file of marks. */
export interface SyncMark {
  /**
   * The salts of the log: 16 hex digits, bytes 16 to 23 of its header. A log that begins anew after a checkpoint has
   * others, and what stood before is then in the database file.
   */
  salt: string;
  /** Whole frames behind the header of 32 bytes, each of 24 bytes and a page. */
  frames: number;
}

export interface SyncMarks {
  /** Called before a sync; what it returns is called once the sync has ended well. */
  begin(): () => void;
  close(): void;
}

/**
 * The file of marks of the store `path`. With `SIGNALBOX_SYNC_MARKS=<folder>` in its environment a process leaves a
 * mark there after each barrier, so that a test can take from a store what a power cut would take. Nothing else
 * reads them.
 */
export function syncMarksPath(folder: string, path: string): string {
  const id = createHash('sha256').update(path).digest('hex').slice(0, 12);
  return join(folder, `${basename(path)}-${id}.marks`);
}

/** Null when nobody asks for marks. */
export function openSyncMarks(path: string, folder: string | undefined): SyncMarks | null {
  if (!folder) return null;
  makeFolder(folder);
  const file = syncMarksPath(folder, path);
  // Open until the database is closed: closing it earlier would give up the locks that SQLite holds on this file.
  const index = openSync(`${path}-shm`, 'r');
  return {
    begin() {
      const mark = readMark(index);
      return () => appendFileSync(file, `${JSON.stringify(mark)}\n`, { mode: 0o600 });
    },
    close: () => closeSync(index),
  };
}

const HEADER_BYTES = 48;

/**
 * Reads the head of the log's index (sqlite.org/walformat.html, 2.1), which tells of whole transactions only. The
 * length of the log does not: behind its newest frame there may be old ones.
 */
function readMark(index: number): SyncMark {
  const header = Buffer.alloc(HEADER_BYTES);
  readSync(index, header, 0, HEADER_BYTES, 0);
  // The number is in the order of the machine's bytes; the salts are copied from the log as they are.
  const [frames = 0] = new Uint32Array(header.buffer, header.byteOffset + 16, 1);
  return { salt: header.toString('hex', 32, 40), frames };
}
