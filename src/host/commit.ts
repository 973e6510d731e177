import { fromPromise } from 'xstate';
import { StoreError } from '../../actors/sqlite/store-error.ts';
import type { CommitOp, Committed, JsonObject, ToolOutcome } from '../../machines/ports.ts';
import type { CallRow } from './store/calls.ts';
import type { HostStore } from './store/host-store.ts';

/** Port `commit`: the durable steps of a turn. */
export function createCommit(
  store: HostStore,
  rowOf: (scopeOfOp: CommitOp & { op: 'openTurn' }) => number,
  newId: () => string,
) {
  return fromPromise<Committed, CommitOp>(async ({ input }) => {
    try {
      const id = store.db.transaction(() => commit(store, input, rowOf, newId));
      // The only step after which something happens that cannot be undone: the tool starts.
      if (input.op === 'recordIntent') await store.db.barrier();
      return { ok: true, id };
    } catch (error) {
      if (error instanceof StoreError) return { ok: false, error: error.message };
      throw error;
    }
  });
}

function commit(
  store: HostStore,
  op: CommitOp,
  rowOf: (scopeOfOp: CommitOp & { op: 'openTurn' }) => number,
  newId: () => string,
): string {
  switch (op.op) {
    case 'openTurn':
      return openTurn(store, rowOf(op), op.items, `turn-${newId()}`);
    case 'giveBack':
      store.inputs.giveBack(op.turnId);
      store.turns.drop(op.turnId);
      return op.turnId;
    case 'endStep': {
      const turn = store.turns.get(op.turnId);
      if (!turn) throw new Error(`no turn ${op.turnId}`);
      store.turns.endStep(op.turnId, op.step, op.runId);
      store.calls.propose(turn.conversation, op.turnId, op.step, op.calls);
      return op.turnId;
    }
    case 'openStep':
      store.turns.openStep(op.turnId, op.step, [resultsOf(store, op.turnId, op.step - 1)]);
      return op.turnId;
    case 'recordIntent':
      store.calls.intend(op.turnId, op.callId, op.args);
      return op.callId;
    case 'recordOutcome':
      store.calls.settle(op.turnId, op.callId, op.outcome);
      return op.callId;
    case 'endTurn':
      store.inputs.end(op.turnId, endingOf(op.stopReason));
      store.turns.end(op.turnId, op.stopReason, op.error);
      store.calls.forgetBodies(op.turnId);
      return op.turnId;
  }
}

function openTurn(store: HostStore, conversation: number, seqs: number[], id: string): string {
  const queued = store.inputs.queued(conversation).filter((item) => seqs.includes(item.seq));
  const first = queued[0];
  if (!first) throw new Error(`inputs ${seqs.join(', ')} are not queued`);
  store.turns.open(
    id,
    conversation,
    first.optionsKey,
    queued.flatMap((item) => item.messages),
  );
  store.inputs.take(id, seqs);
  return id;
}

/** The results of a step's calls, as the message that opens the next step. */
function resultsOf(store: HostStore, turn: string, step: number): JsonObject {
  const approvals = store.calls.ofStep(turn, step).map((call): JsonObject => {
    if (!call.outcome) throw new Error(`call ${call.proposed.id} has no outcome`);
    return resultOf(call, call.outcome);
  });
  return { type: 'approval', approvals, otid: `${turn}:${step + 1}` };
}

/** One result on the wire (protocol.md 5.4). A call that a person or a rule denied never ran. */
export function resultOf({ proposed, decision, decidedBy }: CallRow, outcome: ToolOutcome): JsonObject {
  const about: JsonObject = {
    tool_call_id: proposed.id,
    ...(decision
      ? { decided: { by: decidedBy, behavior: decision.behavior, message: decision.message } }
      : {}),
  };
  if (outcome.outcome === 'denied')
    return { type: 'approval', ...about, approve: false, reason: outcome.text };
  return {
    type: 'tool',
    ...about,
    tool_return: outcome.text,
    status: outcome.status,
    ...(outcome.stdout ? { stdout: outcome.stdout } : {}),
    ...(outcome.stderr ? { stderr: outcome.stderr } : {}),
    ...(outcome.outcome ? { outcome: outcome.outcome } : {}),
    ...(decision?.behavior === 'allow' && decision.edited ? { updated_input: decision.args } : {}),
  };
}

function endingOf(stopReason: string): 'answered' | 'failed' | 'cancelled' {
  if (stopReason === 'cancelled') return 'cancelled';
  return stopReason === 'error' || stopReason === 'llm_api_error' ? 'failed' : 'answered';
}
