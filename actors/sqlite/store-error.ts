/** Why a store could not be opened or written. `full` may pass; the others need a person. */
export type StoreFault = 'full' | 'corrupt' | 'newer' | 'locked' | 'io' | 'access';

export class StoreError extends Error {
  readonly fault: StoreFault;
  constructor(fault: StoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.fault = fault;
  }
}

/** SQLite's primary result codes that mean something to us (sqlite.org/rescode.html). */
const faults: Record<number, StoreFault> = {
  3: 'access',
  5: 'locked',
  6: 'locked',
  8: 'access',
  10: 'io',
  11: 'corrupt',
  13: 'full',
  14: 'access',
  26: 'corrupt',
};

/** The fault behind an error of node:sqlite or of a file; null when it is a bug of ours (a wrong statement, say). */
export function faultOf(error: unknown): StoreFault | null {
  const { errcode, syscall, code } = (error ?? {}) as {
    errcode?: unknown;
    syscall?: unknown;
    code?: unknown;
  };
  if (typeof errcode === 'number') return faults[errcode & 0xff] ?? null;
  if (typeof syscall !== 'string') return null;
  return code === 'ENOSPC' || code === 'EDQUOT' ? 'full' : 'access';
}

/** What a person can do about it. */
const advice: Record<StoreFault, string> = {
  full: 'the disk is full; free some space, nothing accepted so far is lost',
  corrupt: 'the file is damaged; move it away or restore a copy',
  newer: 'a newer Signalbox wrote it',
  locked: 'another process holds it',
  io: 'the disk reports errors',
  access: 'it cannot be opened or written; see to the rights of its folder and to how many files may be open',
};

/** The error as a `StoreError` that names the file; what is a bug of ours stays as it is. */
export function storeErrorOf(error: unknown, path: string): unknown {
  if (error instanceof StoreError) return error;
  const fault = faultOf(error);
  if (!fault) return error;
  const reason = fault === 'access' ? ` (${(error as Error).message})` : '';
  return new StoreError(fault, `${path}: ${advice[fault]}${reason}`, { cause: error });
}
