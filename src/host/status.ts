import type { SnapshotFrom } from 'xstate';
import type { conversationMachine } from '../../machines/conversation.ts';
import type { JsonObject, QueuedInput, Scope } from '../../machines/ports.ts';
import type { ToolBatchInput, toolBatchMachine } from '../../machines/tool-batch.ts';
import type { turnMachine } from '../../machines/turn.ts';
import type { Content } from '../protocol/content.ts';
import type { LoopStatus, LoopStatusName } from '../protocol/loop-status.ts';
import { loopStatuses } from '../protocol/loop-status.ts';
import type { QueueItem } from '../protocol/queue.ts';
import type { Runtime } from '../protocol/scope.ts';

export type ConversationSnapshot = SnapshotFrom<typeof conversationMachine>;
type TurnSnapshot = SnapshotFrom<typeof turnMachine>;

export const runtimeOf = (scope: Scope): Runtime => ({
  agent_id: scope.agentId,
  conversation_id: scope.conversationId,
});

/** The turn that runs in a conversation, if one does. */
function turnOf(conversation: ConversationSnapshot): TurnSnapshot | null {
  const snapshot = conversation.children.turn?.getSnapshot() as TurnSnapshot | undefined;
  return snapshot?.status === 'active' ? snapshot : null;
}

/** True while a turn moves or waits for a person; not while it is being cancelled or waits for another environment. */
export function isProcessing(conversation: ConversationSnapshot): boolean {
  return turnOf(conversation)?.hasTag('processing') === true && !isParked(conversation);
}

/** The loop status of the wire, read off the states: their tags are its names. */
export function loopStatus(conversation: ConversationSnapshot): LoopStatus {
  const turn = turnOf(conversation);
  const status =
    turn &&
    loopStatuses.find((name) =>
      turn.hasTag(name as Exclude<LoopStatusName, 'EXECUTING_COMMAND' | 'WAITING_ON_INPUT'>),
    );
  const runId = turn && status ? turn.context.runId : null;
  return {
    status: status ?? 'WAITING_ON_INPUT',
    active_run_ids: runId ? [runId] : [],
    ...(runId && turn
      ? {
          client_message_ids_by_run_id: {
            [runId]: turn.context.items.map((item) => item.clientMessageId),
          },
        }
      : {}),
    // While only a person can help nothing runs; of thousands of calls none needs to be asked.
    executing_tool_call_ids: turn && status !== 'WAITING_ON_APPROVAL' ? executingCalls(turn) : [],
    ...(turn?.context.turnId ? { turn_id: turn.context.turnId } : {}),
  };
}

function executingCalls(turn: TurnSnapshot): string[] {
  const batch = turn.children.batch?.getSnapshot() as SnapshotFrom<typeof toolBatchMachine> | undefined;
  if (!batch) return [];
  return Object.values(batch.children).flatMap((call) => {
    const snapshot = (call as { getSnapshot(): CallSnapshot } | undefined)?.getSnapshot();
    return snapshot?.hasTag('executing') ? [snapshot.context.standing.id] : [];
  });
}
interface CallSnapshot {
  hasTag(tag: string): boolean;
  context: { standing: ToolBatchInput['standings'][number] };
}

const isParked = (conversation: ConversationSnapshot): boolean =>
  turnOf(conversation)?.hasTag('parked') === true;

/** What waits, in order. The inputs of a turn that waits for another environment are still in the queue. */
export function queueItems(conversation: ConversationSnapshot): QueueItem[] {
  const paused = conversation.hasTag('paused');
  const turn = turnOf(conversation);
  const parked = turn && isParked(conversation) ? conversation.context.taken : [];
  const waitingFor = turn?.context.waitingFor;
  // A turn that is held until a person says so has its inputs, and nothing of it runs.
  const held = paused && !turn ? (conversation.context.recovered?.items ?? []) : [];
  return [
    ...parked.map((item) => ({ ...wireItem(item), ...(waitingFor ? { waiting_for: waitingFor } : {}) })),
    ...[...held, ...conversation.context.queue].map((item) => ({
      ...wireItem(item),
      ...(paused ? { paused } : {}),
    })),
  ];
}

function wireItem(item: QueuedInput): QueueItem {
  return {
    id: item.id,
    client_message_id: item.clientMessageId,
    kind: 'message',
    source: 'user',
    content: (item.messages[0]?.content ?? '') as Content,
    enqueued_at: item.enqueuedAt,
    ...(item.sender ? { acting_user_id: item.sender } : {}),
  };
}

/** The prompt of an input as every subscriber sees it. */
export function promptDeltas(item: QueuedInput): (JsonObject & { message_type: string })[] {
  return item.messages.map((message) => ({
    message_type: 'user_message',
    id: `user-msg-${String(message.otid)}`,
    content: message.content ?? '',
    otid: message.otid ?? null,
    client_message_id: item.clientMessageId,
    ...(item.sender ? { acting_user_id: item.sender } : {}),
  }));
}
