import { UNKNOWN_OUTCOME } from '../../protocol/unknown-outcome.ts';
import type { OpenCalls } from '../store/rows.ts';
import type { PostedResult } from './step.ts';

const CANCELLED = 'Cancelled by the user.';

/** A result for each open call that is not among `answered`, so that the transcript never has a call without one. */
export function closedResults(open: OpenCalls, answered: ReadonlySet<string>): PostedResult[] {
  const closed: Pick<PostedResult, 'text' | 'outcome'> = open.cancelled
    ? { text: CANCELLED, outcome: 'cancelled' }
    : UNKNOWN_OUTCOME;
  return open.calls
    .filter(({ id }) => !answered.has(id))
    .map(({ id }) => ({ callId: id, status: 'error', ...closed }));
}
