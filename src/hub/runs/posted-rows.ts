import type { JsonObject } from '../../../machines/ports.ts';
import { contentText } from '../../protocol/content.ts';
import { holds } from '../auth/rights.ts';
import type { ConversationRow, NewMessage, OpenCalls } from '../store/rows.ts';
import type { Caller } from './caller.ts';
import { closedResults } from './closed-result.ts';
import { printOf } from './print.ts';
import { type PostedMessage, type PostedResult, type PostedResults, type Step, wireReturn } from './step.ts';

export interface RowsInput {
  step: Step;
  conversation: ConversationRow;
  caller: Caller;
  /** The run that the rows are posted for; null for notes alone. */
  runId: string | null;
  turnId: string;
  at: number;
  newId: () => string;
}

/** The rows of a step: results first, since they belong to the calls before them; what is left open is closed. */
export function postedRows(input: RowsInput): NewMessage[] {
  const { step, conversation } = input;
  const open = conversation.openCalls;
  const openIds = new Set(open?.calls.map(({ id }) => id));
  const parts = step.parts.filter((part) => part.kind === 'results');
  const results = open ? parts.flatMap((part) => answers(input, open, openIds, part)) : [];
  const answered = new Set(parts.flatMap((part) => part.results.map(({ callId }) => callId)));
  const closed = open ? closedResults(open, answered) : [];
  return [
    ...results,
    ...(open && closed.length > 0 ? [closingRow(open, closed, input)] : []),
    ...lateRows(input),
    ...step.parts.flatMap((part) => (part.kind === 'message' ? [messageRow(input, part)] : [])),
  ];
}

/** Results that came too late, kept as a note. */
export function lateRows(input: RowsInput): NewMessage[] {
  const openIds = new Set(input.conversation.openCalls?.calls.map(({ id }) => id));
  return input.step.parts.flatMap((part): NewMessage[] => {
    if (part.kind !== 'results') return [];
    const late = part.results.filter(({ callId }) => !openIds.has(callId));
    if (late.length === 0) return [];
    const isAll = late.length === part.results.length;
    return [
      {
        ...base(input),
        kind: 'event_message',
        otid: isAll ? part.otid : null,
        print: isAll ? part.print : null,
        runId: null,
        turnId: input.turnId,
        body: { event_type: 'late_tool_return', event_data: { tool_returns: late.map(wireReturn) } },
        hidden: null,
      },
    ];
  });
}

/** Results that the hub itself writes for open calls. */
export function closingRow(
  open: OpenCalls,
  closed: PostedResult[],
  input: Pick<RowsInput, 'runId' | 'at' | 'newId'>,
): NewMessage {
  return {
    id: `message-${input.newId()}`,
    at: input.at,
    environment: open.environment,
    sender: null,
    otid: null,
    print: null,
    runId: input.runId,
    ...resultsBody(open, closed),
  };
}

/** Results that came with the cancellation of their turn. */
export function resultsRow(
  open: OpenCalls,
  results: PostedResult[],
  input: Pick<RowsInput, 'at' | 'newId'>,
): NewMessage {
  return { ...closingRow(open, results, { ...input, runId: null }), print: printOf(results) };
}

function answers(
  input: RowsInput,
  open: OpenCalls,
  openIds: ReadonlySet<string>,
  part: PostedResults,
): NewMessage[] {
  const results = part.results.filter(({ callId }) => openIds.has(callId));
  if (results.length === 0) return [];
  return [
    { ...base(input), otid: part.otid, print: part.print, runId: input.runId, ...resultsBody(open, results) },
  ];
}

function resultsBody(
  open: OpenCalls,
  results: PostedResult[],
): Pick<NewMessage, 'kind' | 'turnId' | 'body' | 'hidden'> {
  const returns = results.map(wireReturn);
  const calls: JsonObject = {};
  for (const { id, name, providerId } of open.calls)
    if (results.some(({ callId }) => callId === id)) calls[id] = { name, providerId };
  return {
    kind: 'tool_return_message',
    turnId: open.turnId,
    body: { ...returns[0], tool_returns: returns },
    hidden: { calls },
  };
}

function messageRow(input: RowsInput, part: PostedMessage): NewMessage {
  const { caller } = input;
  // Only a host speaks for others.
  const named = holds(caller.person, 'machine') ? part.sender : null;
  const row = base(input);
  return {
    ...row,
    sender: named ?? row.sender,
    otid: part.otid,
    print: part.print,
    runId: input.runId,
    turnId: input.turnId,
    kind: `${part.role}_message`,
    body: { content: part.role === 'user' ? (part.content as string) : contentText(part.content) },
    hidden: null,
  };
}

function base({ caller, at, newId }: RowsInput): Pick<NewMessage, 'id' | 'at' | 'environment' | 'sender'> {
  const named = holds(caller.person, 'machine') ? caller.actingUser : null;
  return {
    id: `message-${newId()}`,
    at,
    environment: caller.environment,
    sender: named ?? caller.person.tokenId,
  };
}
