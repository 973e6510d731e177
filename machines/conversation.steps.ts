import * as replies from './conversation.replies.ts';
import type { ConversationContext } from './conversation.types.ts';
import type { TurnOutput } from './turn.ts';

/** What a conversation does alike in several of its states. */
interface At<TEvent> {
  context: ConversationContext;
  event: TEvent;
}

export const noteArrival = {
  type: 'noteArrival',
  params: ({ event }: At<{ clientMessageId: string } | { item: { clientMessageId: string } }>) =>
    'item' in event ? event.item.clientMessageId : event.clientMessageId,
} as const;

/** An input that a turn will take later. */
export const keepQueued = [
  { type: 'append', params: ({ event }: At<replies.EventOf<'input.accepted'>>) => event.item },
  {
    type: 'reply',
    params: ({ context, event }: At<replies.EventOf<'input.accepted'>>) =>
      replies.accepted(context.scope, event, 'queued'),
  },
  noteArrival,
] as const;

export const sayAborted = {
  type: 'reply',
  params: ({ context, event }: At<{ requestId: string | null }>) =>
    replies.aborted(context.scope, event.requestId, true),
} as const;

export const resumeQueue = [
  { type: 'tellDesk', params: { type: 'desk.unpause' } },
  {
    type: 'reply',
    params: ({ context, event }: At<{ requestId: string | null }>) =>
      replies.resumed(context.scope, event.requestId, context.queue.length),
  },
] as const;

export const closeTurn = {
  type: 'closeTurn',
  params: ({ event }: At<{ output: TurnOutput }>) => event.output,
} as const;
