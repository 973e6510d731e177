import { fromPromise } from 'xstate';
import { hubRequest } from '../../actors/hub-request.ts';
import type { CancelRunInput, CancelRunOutput, JsonObject, ToolOutcome } from '../../machines/ports.ts';
import { resultOf } from './commit.ts';
import { conversationPlace, type HubSession } from './hub-session.ts';
import type { HostStore } from './store/host-store.ts';

const INTERRUPTED: ToolOutcome = { status: 'error', text: 'Interrupted by user', outcome: 'cancelled' };

/** What a hub says that has nothing of ours to cancel: the turn was released, or never reached it. */
const NOTHING_TO_CANCEL = [404, 409, 410];
/** What passes: whoever keeps the hub or its tokens can mend it. */
const PASSING = [401, 408, 429];

/** A cancel that the hub did not understand or allow. */
export interface RefusedCancel {
  conversation: string;
  turnId: string;
  status: number;
  message: string;
}

/**
 * Port `cancelRun`: end the turn's run at the hub and hand over what its calls came to, so that no call stands in
 * the transcript without a result. A refusal ends the turn here all the same, and `onRefused` hears of it.
 */
export function createCancelRun(
  store: HostStore,
  hub: HubSession,
  onRefused: (refused: RefusedCancel) => void,
) {
  return fromPromise<CancelRunOutput, CancelRunInput>(async ({ input, signal }) => {
    const approvals = settleOpenCalls(store, input.turnId);
    await store.db.barrier();
    const { path, agent } = conversationPlace(input.scope);
    const answer = await hubRequest(hub.address(), {
      method: 'POST',
      path: `${path}/cancel`,
      query: agent,
      headers: hub.headers(input.turnId),
      body: { turn_id: input.turnId, approvals },
      signal,
    });
    if (answer.ok || NOTHING_TO_CANCEL.includes(answer.status)) return { ok: true };
    const { status, message } = answer;
    if (status < 400 || status >= 500 || PASSING.includes(status)) return { ok: false, message };
    onRefused({ conversation: input.scope.conversationId, turnId: input.turnId, status, message });
    return { ok: true };
  });
}

/** Results of the step's calls; one that never came to an outcome is told as interrupted. */
function settleOpenCalls(store: HostStore, turnId: string): JsonObject[] {
  const turn = store.turns.get(turnId);
  if (!turn) return [];
  // When the next step was opened already, the results belong to the one before it.
  const calls = [turn.step, turn.step - 1]
    .map((step) => store.calls.ofStep(turnId, step))
    .find((rows) => rows.length > 0);
  return (calls ?? []).map((call) => {
    const outcome = call.outcome ?? INTERRUPTED;
    if (!call.outcome) store.db.transaction(() => store.calls.settle(turnId, call.proposed.id, outcome));
    return resultOf(call, outcome);
  });
}
