import type { StoreError } from '../../actors/sqlite/store-error.ts';

/** Why the store refuses, for an answer. With `store_full` whoever holds an input may offer it again later. */
export const storeRefusal = ({ message, fault }: StoreError): { error: string; code?: 'store_full' } => ({
  error: message,
  ...(fault === 'full' ? { code: 'store_full' } : {}),
});
