import type { Fence } from '../ports.ts';
import type { ConversationRow, MessageRow, OpenCalls, RunRow } from '../store/rows.ts';
import type { Caller } from './caller.ts';
import { notTheHolder, type Problem } from './problem.ts';
import type { PostedResult, Step } from './step.ts';

/** Everything that decides what becomes of a POST. */
export interface Situation {
  conversation: ConversationRow;
  caller: Caller;
  step: Step;
  /** Messages of the step that are in the transcript already, by otid. */
  known: MessageRow[];
  /** The newest run of the step that they belong to. */
  knownRun: RunRow | null;
  /** The run that streams in this conversation now. */
  streaming: string | null;
  /** Calls of the step that were made in this conversation and are answered. */
  closedCalls: ReadonlySet<string>;
  /** Somebody who came earlier waits for the turn. */
  queued: boolean;
}

export type Admission =
  | { kind: 'refuse'; problem: Problem }
  /** The step is known: attach to its run, or replay it. */
  | { kind: 'replay'; run: RunRow }
  /** The step is known and failed: run it again over the messages that are there. */
  | { kind: 'again'; run: RunRow }
  /** `environment` holds the turn; null: a program without a host, or nobody (others are before). */
  | { kind: 'wait'; environment: string | null; runId: string | null }
  | { kind: 'begin'; turnId: string | null; late: PostedResult[] }
  /** Results for calls that are closed: kept, and refused. */
  | { kind: 'note'; late: PostedResult[]; problem: Problem };

/** Decides by design.md 5.2 and 5.3. Pure: the caller of this makes it true. */
export function admit(situation: Situation, fence: Fence): Admission {
  if (situation.known.length > 0) return admitKnown(situation, fence);
  const results = situation.step.parts.flatMap((part) => (part.kind === 'results' ? part.results : []));
  return results.length > 0 ? admitResults(situation, results, fence) : admitMessages(situation, []);
}

function admitKnown(situation: Situation, fence: Fence): Admission {
  const { known, knownRun: run, step, caller, conversation, streaming, queued } = situation;
  const foreign = known.find(({ environment }) => environment !== caller.environment);
  if (foreign) return { kind: 'refuse', problem: duplicate(foreign, fence) };
  const byOtid = new Map(known.map((message) => [message.otid, message]));
  for (const { otid, print } of step.parts) {
    if (otid === null || byOtid.get(otid)?.print === print) continue;
    return { kind: 'refuse', problem: conflict(otid, byOtid.has(otid)) };
  }
  if (!run)
    return { kind: 'refuse', problem: notTheHolder('these results came too late; they are kept as a note') };
  const isStale = run.status === 'streaming' && run.id !== streaming;
  if (run.status !== 'failed' && !isStale) return { kind: 'replay', run };
  const { lease } = conversation;
  const isHolder = lease?.environment === caller.environment && lease.turnId === run.turnId;
  if (streaming !== null || (lease ? !isHolder : queued)) return waitFor(situation);
  return { kind: 'again', run };
}

function admitResults(situation: Situation, results: PostedResult[], fence: Fence): Admission {
  const { conversation, caller, step, closedCalls, streaming, queued } = situation;
  const { lease, openCalls } = conversation;
  const open = new Set(openCalls?.calls.map(({ id }) => id));
  const stranger = results.find(({ callId }) => !open.has(callId) && !closedCalls.has(callId));
  if (stranger) return { kind: 'refuse', problem: unknownCall(stranger.callId, openCalls) };
  const late = results.filter(({ callId }) => !open.has(callId));
  if (late.length === results.length) {
    const hasMessages = step.parts.some(({ kind }) => kind === 'message');
    return hasMessages
      ? admitMessages(situation, late)
      : {
          kind: 'note',
          late,
          problem: notTheHolder('these calls are closed; the results are kept as a note'),
        };
  }
  const holder = lease ? lease.environment : (openCalls?.environment ?? null);
  if (holder !== caller.environment)
    return {
      kind: 'refuse',
      problem: notTheHolder(`the turn of these calls belongs to ${nameOf(holder, fence)}`),
    };
  if (streaming !== null || (!lease && queued)) return waitFor(situation);
  const goesOn = lease !== null || step.parts.every(({ kind }) => kind === 'results');
  return { kind: 'begin', turnId: caller.turnId ?? (goesOn ? (openCalls?.turnId ?? null) : null), late };
}

function admitMessages(situation: Situation, late: PostedResult[]): Admission {
  const { conversation, caller, streaming, queued } = situation;
  const { lease } = conversation;
  const isFree = lease ? lease.environment === caller.environment : !queued;
  if (streaming !== null || !isFree) return waitFor(situation);
  return { kind: 'begin', turnId: caller.turnId, late };
}

function waitFor({ conversation, streaming }: Situation): Admission {
  return {
    kind: 'wait',
    environment: conversation.lease?.environment ?? null,
    runId: streaming ?? conversation.openCalls?.runId ?? null,
  };
}

export const nameOf = (environment: string | null, fence: Fence): string =>
  environment === null ? 'a program without a host' : fence.nameOf(environment);

export function duplicate({ otid, environment }: MessageRow, fence: Fence): Problem {
  return {
    status: 409,
    error: 'duplicate',
    message: `"${otid}" is a duplicate of ${nameOf(environment, fence)}: it was posted from there`,
    retry: false,
    extra: { otid, environment, environment_name: environment === null ? null : fence.nameOf(environment) },
  };
}

function conflict(otid: string, isKnown: boolean): Problem {
  return {
    status: 409,
    error: 'otid_conflict',
    message: isKnown
      ? `otid "${otid}" is taken by another message of this conversation; a new message needs a new otid`
      : `otid "${otid}" is new, but other messages of this request are in the conversation already; post it by itself`,
    retry: false,
    extra: { otid },
  };
}

function unknownCall(callId: string, open: OpenCalls | null): Problem {
  const expected = open?.calls.map(({ id }) => id) ?? [];
  return {
    status: 400,
    error: 'unknown_call',
    message:
      `Invalid tool call IDs: "${callId}" was never called in this conversation. ` +
      (expected.length > 0 ? `Expected: ${expected.join(', ')}` : 'No call waits for a result.'),
    extra: { tool_call_id: callId, expected },
  };
}
