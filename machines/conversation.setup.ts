import { assign, enqueueActions, fromCallback, raise, sendTo, setup, stateIn } from 'xstate';
import type { ConversationContext, ConversationEvent, ConversationInput } from './conversation.types.ts';
import type { Decision, DeskCommand, OutboxCommand, QueuedInput, Scope, WithdrawRequest } from './ports.ts';
import { type TurnOutput, turnMachine } from './turn.ts';

/** The inputs of the next turn: from the head of the queue, as long as their options are equal. */
export function nextTurn(queue: readonly QueuedInput[]): QueuedInput[] {
  const first = queue[0];
  if (!first) return [];
  const end = queue.findIndex((item) => item.optionsKey !== first.optionsKey);
  return end === -1 ? [...queue] : queue.slice(0, end);
}

const matches = (item: QueuedInput, request: WithdrawRequest): boolean =>
  item.clientMessageId === request.clientMessageId || item.id === request.itemId;

const inOrder = (items: QueuedInput[]): QueuedInput[] => items.sort((a, b) => a.seq - b.seq);

/** The named actors, guards, delays and actions of a conversation; its states are in conversation.ts. */
export const conversationSetup = setup({
  types: {
    context: {} as ConversationContext,
    events: {} as ConversationEvent,
    input: {} as ConversationInput,
    tags: {} as 'resting' | 'paused' | 'drained',
  },
  actors: {
    desk: fromCallback<DeskCommand, { scope: Scope }>(() => {
      throw new Error('desk is not provided');
    }),
    outbox: fromCallback<OutboxCommand, { scope: Scope }>(() => {
      throw new Error('outbox is not provided');
    }),
    turn: turnMachine,
  },
  guards: {
    isRecovering: ({ context }) => context.recovered !== null,
    isQueued: ({ context }) => context.queue.length > 0,
    beginsDrained: ({ context }) => context.begin === 'drained',
    beginsHeld: ({ context }) => context.begin === 'held' && context.recovered !== null,
    beginsPaused: ({ context }) => context.begin === 'paused' && context.queue.length > 0,
    /** A restart cut off a cancellation, and nobody has sent or resumed since. */
    beginsHalting: ({ context }) => context.begin === 'paused' && context.recovered?.stage === 'cancelling',
    isEnding: stateIn('#ending'),
    isHalted: stateIn('#halting'),
    isEmpty: ({ context }) => context.queue.length === 0 && context.recovered === null,
    namesTurn: ({ context, event }) =>
      event.type === 'abort.asked' &&
      context.turnId !== null &&
      (event.turnId === null || event.turnId === context.turnId) &&
      (event.runId === null || event.runId === context.runId),
    isThisTurn: ({ context, event }) =>
      event.type === 'cancellation.recorded' && event.turnId === context.turnId,
    wantsTaken: ({ context, event }) =>
      event.type === 'withdraw.asked' && context.taken.some((item) => matches(item, event.request)),
    isArriving: ({ context, event }) =>
      event.type === 'withdraw.asked' &&
      event.request.clientMessageId !== null &&
      context.arriving.includes(event.request.clientMessageId),
    isUnwanted: ({ context, event }) =>
      event.type === 'input.accepted' && context.wishes.some((wish) => matches(event.item, wish)),
    mayAskBack: ({ context, event }) =>
      event.type === 'withdraw.asked' &&
      context.wanted === null &&
      context.taken.some((item) => matches(item, event.request)),
  },
  delays: { idleLimit: 30_000 },
  actions: {
    tellDesk: sendTo('desk', (_, command: DeskCommand) => command),
    reply: sendTo('outbox', (_, command: OutboxCommand) => command),
    show: sendTo('outbox', (_, command: OutboxCommand) => command),
    showState: sendTo('outbox', { type: 'outbox.show', what: ['loop', 'device'] }),
    showQueue: sendTo('outbox', { type: 'outbox.show', what: ['queue'] }),
    /** Out of the queue at once, so that no turn takes it while the store writes it down. */
    withdraw: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'withdraw.asked') return;
      const { request } = event;
      const item = context.queue.find((candidate) => matches(candidate, request)) ?? null;
      enqueue.assign({ queue: context.queue.filter((other) => other !== item) });
      enqueue.sendTo('desk', { type: 'desk.withdraw', request, item });
    }),
    expect: assign(({ context }, id: string) => ({ arriving: [...context.arriving, id] })),
    /** The input has its place now, so those who want it back can be served. */
    noteArrival: enqueueActions(({ context, enqueue }, id: string) => {
      const place = context.arriving.indexOf(id);
      const served = context.wishes.filter((wish) => wish.clientMessageId === id);
      enqueue.assign({
        arriving: context.arriving.filter((_, index) => index !== place),
        wishes: context.wishes.filter((wish) => !served.includes(wish)),
      });
      for (const request of served) enqueue.raise({ type: 'withdraw.asked', request });
    }),
    keepWish: assign(({ context }, wish: WithdrawRequest) => ({ wishes: [...context.wishes, wish] })),
    keepWanted: assign((_, wanted: WithdrawRequest) => ({ wanted })),
    append: assign(({ context }, item: QueuedInput) => ({ queue: [...context.queue, item] })),
    putBack: assign(({ context }, item: QueuedInput | null) =>
      item ? { queue: inOrder([...context.queue, item]) } : {},
    ),
    dropWithdrawn: assign(({ context, event }) =>
      event.type === 'withdrawal.settled' && event.status === 'withdrawn'
        ? { queue: context.queue.filter((item) => !matches(item, event.request)) }
        : {},
    ),
    takeNext: assign(({ context }) => {
      const taken = nextTurn(context.queue);
      return { taken, takenFromQueue: true, queue: context.queue.slice(taken.length) };
    }),
    takeDirect: assign((_, item: QueuedInput) => ({ taken: [item], takenFromQueue: false })),
    takeRecovered: assign(({ context }) => ({ taken: context.recovered?.items ?? [] })),
    /** What a parked turn gave back is in the queue again, but for what somebody waits to withdraw. */
    closeTurn: enqueueActions(({ context, enqueue }, output: TurnOutput) => {
      const { taken, wanted } = context;
      const queue = output.kind === 'givenBack' ? inOrder([...taken, ...context.queue]) : context.queue;
      const item = (wanted && queue.find((candidate) => matches(candidate, wanted))) ?? null;
      enqueue.assign({
        queue: queue.filter((other) => other !== item),
        taken: [],
        recovered: null,
        turnId: null,
        runId: null,
        wanted: null,
      });
      if (wanted) enqueue.sendTo('desk', { type: 'desk.withdraw', request: wanted, item });
    }),
    /** The desk owes an answer: it must find somebody to give it to. */
    stayAwake: raise({ type: 'desk.asked' }),
    keepTurn: assign((_, turnId: string) => ({ turnId })),
    keepRun: assign((_, runId: string | null) => ({ runId })),
    cancelTurn: sendTo('turn', { type: 'turn.cancel' }),
    askBack: sendTo('turn', { type: 'turn.giveBack' }),
    passDecision: sendTo('turn', (_, decided: { callId: string; decision: Decision }) => ({
      type: 'approval.decided' as const,
      ...decided,
    })),
    tellHubReturned: sendTo('turn', { type: 'hub.returned' }),
    refuseCommand: enqueueActions(({ enqueue }, commands: OutboxCommand[]) => {
      for (const command of commands) enqueue.sendTo('outbox', command);
    }),
  },
});
