import type { OpenCalls } from '../store/rows.ts';
import type { PostedResult } from './step.ts';

/** What the model reads of a call whose outcome nobody will tell. */
const UNKNOWN =
  'Outcome unknown: the host stopped while this ran. It may have run fully, partly or not at all. ' +
  'Check before you repeat it.';
const CANCELLED = 'Cancelled by the user.';

/** A result for each open call that is not among `answered`, so that the transcript never has a call without one. */
export function closedResults(open: OpenCalls, answered: ReadonlySet<string>): PostedResult[] {
  const closed: Pick<PostedResult, 'text' | 'outcome'> = open.cancelled
    ? { text: CANCELLED, outcome: 'cancelled' }
    : { text: UNKNOWN, outcome: 'unknown' };
  return open.calls
    .filter(({ id }) => !answered.has(id))
    .map(({ id }) => ({ callId: id, status: 'error', ...closed }));
}
