import { endMarked } from '../../actors/processes/end-marked.ts';
import type { ConversationInput } from '../../machines/conversation.ts';
import type { RecoveredTurn } from '../../machines/ports.ts';
import { UNKNOWN_OUTCOME } from '../protocol/unknown-outcome.ts';
import type { ConversationRow } from './store/conversations.ts';
import type { HostStore } from './store/host-store.ts';
import { takeOrderlyEnd } from './store/orderly-end.ts';

/**
 * The first thing a host does: end what a dead life of it left running, then write down that the outcome of those
 * calls is unknown. Only then may it speak.
 */
export async function settleCutOffCalls(
  store: HostStore,
  instance: string,
): Promise<{ ended: number; unknown: number }> {
  const { ended } = await endMarked((mark) => mark.startsWith(`${instance}/`));
  const cutOff = store.calls.begunWithoutOutcome();
  if (cutOff.length > 0) {
    store.db.transaction(() => {
      for (const row of cutOff) store.calls.settle(row.turn, row.proposed.id, UNKNOWN_OUTCOME);
    });
    await store.db.barrier();
  }
  return { ended: ended.length, unknown: cutOff.length };
}

/** After so many starts in a row a turn that they cut off waits for a person. */
const MOST_CUT_OFFS = 3;

/** What a host does before it speaks. Cut-offs are counted unless its last life ended because it was told to. */
export async function recover(
  store: HostStore,
  instance: string,
): Promise<{ ended: number; unknown: number }> {
  store.db.transaction(() => {
    if (!takeOrderlyEnd(store.db)) store.turns.countCutOffs();
  });
  return settleCutOffCalls(store, instance);
}

/** What a conversation begins with: what the store says was accepted, decided, begun and settled. */
export function conversationInput(
  store: HostStore,
  row: ConversationRow,
  about: { seed: number; draining: boolean },
): ConversationInput {
  const turn = recoverTurn(store, row.id);
  const cutOffs = store.turns.openOf(row.id)?.starts ?? 0;
  return {
    scope: row.scope,
    seed: about.seed,
    queue: store.inputs.queued(row.id),
    turn,
    begin: about.draining ? 'drained' : cutOffs >= MOST_CUT_OFFS ? 'held' : row.paused ? 'paused' : 'running',
  };
}

function recoverTurn(store: HostStore, conversation: number): RecoveredTurn | null {
  const turn = store.turns.openOf(conversation);
  if (!turn) return null;
  const step = store.turns.step(turn.id, turn.step);
  const stage = turn.cancelled ? 'cancelling' : step?.ended ? 'calls' : 'sampling';
  return {
    turnId: turn.id,
    items: store.inputs.ofTurn(turn.id),
    step: turn.step,
    stage,
    calls: stage === 'calls' ? store.calls.ofStep(turn.id, turn.step).map((call) => call.proposed) : [],
    runId: step?.run ?? null,
  };
}
