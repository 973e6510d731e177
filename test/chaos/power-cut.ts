import { existsSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { type SyncMark, syncMarksPath } from '../../actors/sqlite/sync-marks.ts';

/** What a power cut took: whole frames, each a page that was written and not on disk. */
export interface Cut {
  frames: number;
}

const WAL_HEADER = 32;
const FRAME_HEADER = 24;

/**
 * Takes from the store of a process that was just killed what a power cut would have taken: all of its write-ahead log
 * that no sync covers. `folder` is the `SIGNALBOX_SYNC_MARKS` under which the process ran.
 */
export function cutPower(storePath: string, folder: string): Cut {
  const wal = `${storePath}-wal`;
  if (!existsSync(wal) || statSync(wal).size < WAL_HEADER) return { frames: 0 };
  const header = readFileSync(wal).subarray(0, WAL_HEADER);
  const salt = header.toString('hex', 16, 24);
  const frameBytes = FRAME_HEADER + header.readUInt32BE(8);
  const marked =
    marksOf(syncMarksPath(folder, storePath)).findLast((mark) => mark.salt === salt)?.frames ?? 0;
  const kept = WAL_HEADER + Math.max(marked, movedFrames(storePath, salt)) * frameBytes;
  const { size } = statSync(wal);
  if (size <= kept) return { frames: 0 };
  truncateSync(wal, kept);
  return { frames: Math.ceil((size - kept) / frameBytes) };
}

function marksOf(path: string): SyncMark[] {
  if (!existsSync(path)) return [];
  // The kill may have cut the last line.
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as SyncMark);
}

/**
 * Frames that a checkpoint has copied, or may have begun to copy, into the database. SQLite syncs the log before it
 * does that, so they are on disk although no barrier of ours covered them.
 */
function movedFrames(storePath: string, salt: string): number {
  if (!existsSync(`${storePath}-shm`)) return 0;
  const index = readFileSync(`${storePath}-shm`);
  if (index.length < 136 || index.toString('hex', 32, 40) !== salt) return 0;
  const numbers = new Uint32Array(index.buffer, index.byteOffset, 34);
  return Math.max(numbers[24] ?? 0, numbers[32] ?? 0);
}
