import type { RunChunk } from '../../protocol/delta.ts';
import type { Person, Released } from '../ports.ts';
import type { ConversationRow } from '../store/rows.ts';
import { nameOf } from './admission.ts';
import { type Caller, fencedOff } from './caller.ts';
import { closedResults } from './closed-result.ts';
import { Echo, echoChunks, echoClosed, echoPosted } from './echo.ts';
import { type PostDeps, resolveDevice } from './post.ts';
import { closingRow, resultsRow } from './posted-rows.ts';
import { notTheHolder, type Problem } from './problem.ts';
import type { PostedResult } from './step.ts';

/** Run id -> its status now; empty when nothing ran. */
export type CancelOutcome = { ok: true; runs: Record<string, string> } | { ok: false; problem: Problem };

/** Ends what runs in a conversation, or only these runs, and gives the turn up. Its holder may do that. */
export function cancelTurn(
  deps: PostDeps,
  key: string,
  by: Caller,
  runIds: string[] | null,
  results: PostedResult[],
): Promise<CancelOutcome> {
  return deps.locks.run(key, async () => {
    if (runIds === null && !fencedOff(by, deps.fence)) deps.cancelled.note(key, by);
    const isRunning = deps.table.ofConversation(key) !== null;
    if (!isRunning) await tellRest(deps, key, by);
    const outcome = await cancelAlone(deps, key, by, runIds, results);
    if (isRunning && outcome.ok) await tellRest(deps, key, by);
    return outcome;
  });
}

/** A host that cancels has stopped listening: what the model said after that is in the transcript, and told here. */
async function tellRest(
  { store, feed }: PostDeps,
  key: string,
  { environment, turnId }: Caller,
): Promise<void> {
  const conversation = store.conversation(key);
  const run = environment === null || turnId === null ? null : await store.newestRun(key);
  if (!conversation || environment === null || run?.turnId !== turnId || run.status === 'failed') return;
  const scope = { agentId: conversation.agentId, conversationId: conversation.id };
  const unheard = await store.chunks(run.id, feed.heardUpTo?.(environment, scope, run.id) ?? 0);
  const chunks = unheard.map(({ text }) => JSON.parse(text) as RunChunk);
  echoChunks(feed, scope, environment, chunks);
}

async function cancelAlone(
  deps: PostDeps,
  key: string,
  by: Caller,
  runIds: string[] | null,
  results: PostedResult[],
): Promise<CancelOutcome> {
  const { store, table, fence } = deps;
  const runs: Record<string, string> = {};
  for (const id of runIds ?? []) {
    const run = await store.run(id);
    if (run?.conversation !== key) return { ok: false, problem: noRun(id) };
    runs[id] = run.status;
  }
  const conversation = store.conversation(key);
  const lease = conversation?.lease;
  if (!conversation || !lease) return { ok: true, runs };
  const caller = resolveDevice(by, [], lease, fence);
  const fenced = fencedOff(caller, fence);
  if (fenced) return { ok: false, problem: fenced };
  if (lease.environment !== caller.environment)
    return {
      ok: false,
      problem: notTheHolder(
        `${nameOf(lease.environment, fence)} holds the turn: abort it there (abort_message), or, if that host ` +
          'is away, release it (POST …/release)',
      ),
    };
  const execution = table.ofConversation(key);
  const runId = execution?.plan.run.id ?? conversation.openCalls?.runId ?? null;
  const isMeant = runIds === null || (runId !== null && runIds.includes(runId));
  if (!isMeant) return { ok: true, runs };
  if (execution) {
    execution.cancel();
    const end = await execution.done;
    runs[execution.plan.run.id] = end.outcome === 'requiresApproval' ? 'completed' : end.outcome;
    return { ok: true, runs };
  }
  await giveUpCalls(deps, conversation, results);
  if (runId !== null) runs[runId] = 'cancelled';
  return { ok: true, runs };
}

/** Calls without a result stay open until the next message: it may still come with that. */
async function giveUpCalls(
  { store, prompts, feed, now, id }: PostDeps,
  conversation: ConversationRow,
  results: PostedResult[],
): Promise<void> {
  const { key, lease, openCalls } = conversation;
  const known = results.filter(({ callId }) => openCalls?.calls.some((call) => call.id === callId));
  const left = openCalls?.calls.filter((call) => !known.some(({ callId }) => callId === call.id)) ?? [];
  const rows = await store.closeTurn({
    conversation: key,
    messages: openCalls && known.length > 0 ? [resultsRow(openCalls, known, { at: now(), newId: id })] : [],
    openCalls: openCalls && left.length > 0 ? { ...openCalls, calls: left, cancelled: true } : null,
    at: now(),
  });
  prompts.append(key, rows);
  await store.durable();
  if (!lease) return;
  const scope = { agentId: conversation.agentId, conversationId: conversation.id };
  if (lease.environment !== null) return echoPosted(feed, scope, lease.environment, rows);
  new Echo(feed, scope, lease.turnId).finished(
    { stopReason: 'cancelled', error: null, usage: null },
    openCalls?.runId ?? null,
  );
}

/** A person takes the turn from its holder. Open calls are closed at once: nobody is there to tell of them. */
export function releaseTurn(deps: PostDeps, key: string, by: Person): Promise<Released> {
  return deps.locks.run(key, () => releaseAlone(deps, key, by));
}

async function releaseAlone(deps: PostDeps, key: string, by: Person): Promise<Released> {
  const { store, table, prompts, feed, log, now, id } = deps;
  const before = store.conversation(key);
  if (!before?.lease) return { released: false, turnId: null, environment: null, closedCalls: [] };
  const { turnId, environment } = before.lease;
  const execution = table.ofConversation(key);
  if (execution) {
    execution.cancel();
    await execution.done;
  }
  const conversation = store.conversation(key) ?? before;
  const open = conversation.openCalls;
  const closed = open ? closedResults(open, new Set()) : [];
  const rows = await store.closeTurn({
    conversation: key,
    messages:
      open && closed.length > 0 ? [closingRow(open, closed, { runId: null, at: now(), newId: id })] : [],
    openCalls: null,
    at: now(),
  });
  prompts.append(key, rows);
  await store.durable();
  echoClosed(feed, { agentId: before.agentId, conversationId: before.id }, rows);
  log.lifecycle('turn_released', { conversation: key, turn_id: turnId, environment, by: by.tokenId });
  return { released: true, turnId, environment, closedCalls: closed.map(({ callId }) => callId) };
}

const noRun = (id: string): Problem => ({
  status: 404,
  error: 'unknown_run',
  message: `there is no run "${id}" in this conversation`,
});
