/** Why a store could not be opened or written. `full` may pass; the others need a person. */
export type StoreFault = 'full' | 'corrupt' | 'newer' | 'locked' | 'io';

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
  5: 'locked',
  6: 'locked',
  10: 'io',
  11: 'corrupt',
  13: 'full',
  26: 'corrupt',
};

/** The fault behind an error of node:sqlite; null when it is a bug of ours (a wrong statement, say). */
export function faultOf(error: unknown): StoreFault | null {
  const code = (error as { errcode?: unknown })?.errcode;
  if (typeof code !== 'number') return null;
  return faults[code & 0xff] ?? null;
}
