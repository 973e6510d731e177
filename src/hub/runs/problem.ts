import { StoreError } from '../../../actors/sqlite/store-error.ts';

/** A refusal as the REST API tells it. `retry: false` also stops clients that would try again by themselves. */
export interface Problem {
  status: 400 | 403 | 404 | 409 | 413 | 422 | 500 | 502 | 503 | 507;
  error: string;
  message: string;
  retry?: boolean;
  extra?: Record<string, unknown>;
}

export const notTheHolder = (message: string, extra: Record<string, unknown> = {}): Problem => ({
  status: 409,
  error: 'not_the_holder',
  message,
  retry: false,
  extra,
});

/** What is told when the store fails, or we do. Of a bug of ours nothing is shown: its text may quote anything. */
export function problemOf(error: unknown): Problem {
  if (error instanceof StoreError)
    return { status: 507, error: `store_${error.fault}`, message: error.message };
  return { status: 500, error: 'internal_error', message: 'The hub failed; its log says where.' };
}
