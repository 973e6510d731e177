import type { Feed, Fence, HubLog } from '../ports.ts';
import type { Prompts } from '../prompt/prompts.ts';
import { toolsSize } from '../prompt/size.ts';
import { systemPrompt } from '../prompt/system.ts';
import { budgetOf } from '../prompt/window.ts';
import type { HubStore } from '../store/hub-store.ts';
import type { AgentRow, ConversationRow, Lease, MessageRow, NewRun, RunRow } from '../store/rows.ts';
import { type Admission, admit } from './admission.ts';
import { type Caller, fencedOff } from './caller.ts';
import type { CancelledTurns } from './cancelled-turns.ts';
import { Echo, echoForeign, echoPosted } from './echo.ts';
import { knownForeignStep, knownStep } from './known-step.ts';
import type { Locks } from './locks.ts';
import { chooseModel, type Models } from './models.ts';
import type { Attempt } from './outcome.ts';
import { lateRows, postedRows } from './posted-rows.ts';
import type { Problem } from './problem.ts';
import type { RenamedParts } from './renamed-parts.ts';
import { replay } from './replay.ts';
import type { RunTable } from './run-table.ts';
import type { Step } from './step.ts';

export interface PostDeps {
  store: HubStore;
  prompts: Prompts;
  table: RunTable;
  locks: Locks;
  cancelled: CancelledTurns;
  renamed: RenamedParts;
  models: Models;
  feed: Feed;
  fence: Fence;
  log: HubLog;
  now: () => number;
  id: () => string;
}

export interface PostRequest {
  /** Key of the conversation. */
  conversation: string;
  step: Step;
  caller: Caller;
}

/** Where a POST stands among others of its conversation. */
export interface Turnstile {
  /** Somebody who came earlier waits. */
  queued: boolean;
  /** A reason, found at the last moment, not to begin any more. */
  refusal: () => Problem | null;
  /** Called when the run that this begins is over. */
  over: () => void;
}

/** Tries to take a step up: looks at where it stands, and begins, replays, refuses or waits accordingly. */
export function attempt(deps: PostDeps, request: PostRequest, turnstile: Turnstile): Promise<Attempt> {
  return deps.locks.run(request.conversation, () => attemptAlone(deps, request, turnstile));
}

async function attemptAlone(deps: PostDeps, posted: PostRequest, turnstile: Turnstile): Promise<Attempt> {
  const { store, fence, table } = deps;
  const isForeign = posted.caller.deviceId !== null;
  const { step, known } = isForeign
    ? await knownForeignStep(store, posted.conversation, posted.step, deps.renamed)
    : await knownStep(store, posted.conversation, posted.step);
  const request: PostRequest = { ...posted, step };
  const otids = step.parts.flatMap(({ otid }) => (otid === null ? [] : [otid]));
  const knownRun = known.length > 0 ? await runOf(store, request.conversation, step.key, known) : null;
  const closedCalls = await closedCallsOf(store, request);

  // From here to the begin nothing waits, so what is decided is still true when it is written.
  const conversation = store.conversation(request.conversation);
  const agent = conversation ? store.agent(conversation.agentId) : null;
  if (!conversation || !agent) return refused(conversationGone(request.conversation));
  const caller = resolveDevice(request.caller, otids, conversation.lease, fence);
  const fenced = fencedOff(caller, fence);
  if (fenced) return refused(fenced);
  if (deps.cancelled.has(conversation.key, caller)) return refused(turnCancelled);
  const refusal = turnstile.refusal();
  if (refusal) return refused(refusal);
  const streaming = table.ofConversation(conversation.key)?.plan.run.id ?? null;
  const admission = admit(
    { conversation, caller, step, known, knownRun, streaming, closedCalls, queued: turnstile.queued },
    fence,
  );
  switch (admission.kind) {
    case 'refuse':
      return refused(admission.problem);
    case 'wait':
      return { kind: 'waiting', environment: admission.environment, runId: admission.runId };
    case 'note':
      return noteLate(deps, { ...request, caller }, conversation, admission.problem);
    case 'replay':
      return { kind: 'reading', reading: await readRun(deps, admission.run, 0) };
    case 'begin':
    case 'again':
      return begin(deps, { ...request, caller }, agent, conversation, admission, turnstile.over);
  }
}

/** The chunks of a run after `seq_id` `after`. */
export async function readRun(
  { store, table }: Pick<PostDeps, 'store' | 'table'>,
  run: RunRow,
  after: number,
): Promise<Extract<Attempt, { kind: 'reading' }>['reading']> {
  const live = table.ofRun(run.id)?.live;
  if (live) return { runId: run.id, live, after };
  return { runId: run.id, live: null, texts: await replay(store, run, after) };
}

async function begin(
  deps: PostDeps,
  { step, caller }: PostRequest,
  agent: AgentRow,
  conversation: ConversationRow,
  admission: Extract<Admission, { kind: 'begin' | 'again' }>,
  over: () => void,
): Promise<Attempt> {
  const { store, prompts, table, models, feed, now, id } = deps;
  const isAgain = admission.kind === 'again';
  const turnId = (isAgain ? admission.run.turnId : admission.turnId) ?? `turn-${id()}`;
  const model = chooseModel(models, agent, conversation, step.model);
  const at = now();
  const run: NewRun = {
    id: `run-${id()}`,
    conversation: conversation.key,
    conversationId: conversation.id,
    agentId: conversation.agentId,
    key: isAgain ? admission.run.key : step.key,
    turnId,
    environment: caller.environment,
    generation: caller.generation,
    model: model.handle,
    createdAt: at,
  };
  const rows = { step, conversation, caller, runId: run.id, turnId, at, newId: id };
  // A step tried again finds its messages there; what is open then belongs to a turn that was cancelled.
  const messages = postedRows(isAgain ? { ...rows, step: { ...step, parts: [] } } : rows);
  const begun = await store.beginRun({
    run,
    messages,
    again: isAgain,
    lease: leaseFor(caller, turnId, conversation.lease, step),
  });
  if (begun.moved) prompts.forget(conversation.key);
  else prompts.append(conversation.key, begun.messages);

  const system = systemPrompt(agent, step.system);
  const fixed = system.length + toolsSize(step.tools);
  const prompt = await prompts.compose(
    conversation,
    budgetOf(model.window, conversation.charsPerToken, fixed),
  );
  const scope = { agentId: conversation.agentId, conversationId: conversation.id };
  const echo = caller.environment === null ? new Echo(feed, scope, turnId) : null;
  const { live } = table.start(
    {
      run,
      sample: {
        model: model.handle,
        system,
        messages: prompt.messages,
        tools: step.tools,
        settings: model.settings,
        chars: fixed + prompt.size,
      },
      cut: prompt.cut,
      opened: () => {
        if (echo) echo.opened(run.id, begun.messages);
        // Letta's hosts are named by their device.
        else if (caller.deviceId !== null)
          echoForeign(feed, scope, caller.environment ?? '', begun.messages, step.parts);
        else echoPosted(feed, scope, caller.environment ?? '', begun.messages);
      },
      echo,
    },
    over,
  );
  return { kind: 'reading', reading: { runId: run.id, live, after: 0 } };
}

async function noteLate(
  deps: PostDeps,
  { conversation, step, caller }: PostRequest,
  row: ConversationRow,
  problem: Problem,
): Promise<Attempt> {
  const turnId = caller.turnId ?? row.lease?.turnId ?? `turn-${deps.id()}`;
  const rows = lateRows({
    step,
    conversation: row,
    caller,
    runId: null,
    turnId,
    at: deps.now(),
    newId: deps.id,
  });
  await deps.store.appendMessages(conversation, rows);
  await deps.store.durable();
  return refused({ ...problem, extra: { ...problem.extra, noted: true } });
}

/** The newest run of the step that known messages belong to. */
export async function runOf(
  store: HubStore,
  conversation: string,
  key: string | null,
  known: MessageRow[],
): Promise<RunRow | null> {
  const byKey = key === null ? null : await store.runByKey(conversation, key);
  if (byKey) return byKey;
  const runId = known.find((row) => row.runId !== null)?.runId;
  const first = runId ? await store.run(runId) : null;
  return first?.key ? store.runByKey(conversation, first.key) : first;
}

/** Which calls of the step were made in this conversation and wait no more. */
async function closedCallsOf(store: HubStore, { conversation, step }: PostRequest): Promise<Set<string>> {
  const closed = new Set<string>();
  const results = step.parts.flatMap((part) => (part.kind === 'results' ? part.results : []));
  if (results.length === 0) return closed;
  const open = new Set(store.conversation(conversation)?.openCalls?.calls.map(({ id }) => id));
  for (const { callId } of results)
    if (!open.has(callId) && (await wasMade(store, conversation, callId))) closed.add(callId);
  return closed;
}

/** A call's id names its run. */
async function wasMade(store: HubStore, conversation: string, callId: string): Promise<boolean> {
  const name = /^call-(.+)-\d+$/.exec(callId)?.[1];
  const run = name === undefined ? null : await store.run(`run-${name}`);
  if (run?.conversation !== conversation) return false;
  const rows = await store.messagesOfRun(run.id);
  return rows.some(({ body }) =>
    (Array.isArray(body.tool_calls) ? (body.tool_calls as { tool_call_id?: unknown }[]) : []).some(
      (call) => call.tool_call_id === callId,
    ),
  );
}

/** Letta's hosts name their device; several may share it, and then messages tell which one it is. */
export function resolveDevice(caller: Caller, otids: string[], lease: Lease | null, fence: Fence): Caller {
  if (caller.environment !== null || caller.deviceId === null) return caller;
  const direct = fence.byDevice(caller.deviceId, otids);
  const ofTurn = direct ?? fence.byDevice(caller.deviceId, lease?.otids ?? []);
  return { ...caller, environment: ofTurn };
}

function leaseFor(caller: Caller, turnId: string, before: Lease | null, step: Step): Lease {
  const { environment, generation } = caller;
  if (caller.deviceId === null) return { turnId, environment, generation };
  const goesOn = before?.turnId === turnId;
  const otids = goesOn ? before.otids : step.parts.flatMap(({ otid }) => (otid === null ? [] : [otid]));
  return { turnId, environment, generation, otids: otids ?? [] };
}

const turnCancelled: Problem = {
  status: 409,
  error: 'turn_cancelled',
  message: 'the turn of this step was cancelled before the step came in',
  retry: false,
};

/** It was there when the request came in. */
const conversationGone = (key: string): Problem => ({
  status: 404,
  error: 'not_found',
  message: `conversation "${key}" was deleted`,
});

const refused = (problem: Problem): Attempt => ({ kind: 'refused', problem });
