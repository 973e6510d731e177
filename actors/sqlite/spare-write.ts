import { StoreError } from './store-error.ts';

/** A write that nobody relies on, such as when something was last seen: a store that refuses it stops nothing. */
export function spareWrite(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}
