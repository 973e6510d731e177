import type { AnyStateMachine } from 'xstate';
import type { ConversationContext } from '../../../machines/conversation.ts';
import type { QueuedInput, RecoveredTurn, WithdrawRequest } from '../../../machines/ports.ts';
import { type AnyEvent, childDone, childFailed, type Explored, explore } from '../explore.ts';
import { scope } from '../house.ts';

export const input = (seq: number, optionsKey: string): QueuedInput => ({
  id: `q-${seq}`,
  seq,
  clientMessageId: `m${seq}`,
  messages: [],
  optionsKey,
  sender: null,
  enqueuedAt: '2026-01-01T00:00:00Z',
});
/** Two inputs stand for many: with equal options, and with different ones. */
const worlds = [
  [input(1, 'a'), input(2, 'a')],
  [input(1, 'a'), input(2, 'b')],
] as const;
const recovered = (items: readonly QueuedInput[], stage: RecoveredTurn['stage']): RecoveredTurn => ({
  turnId: 'turn-1',
  items: items.slice(0, 1),
  step: 1,
  stage,
  calls: [],
  runId: null,
});

const requestId = 'r';
const wish = (item: QueuedInput | null): WithdrawRequest => ({
  requestId,
  reply: 'withdraw_input',
  clientMessageId: item ? item.clientMessageId : 'never seen',
  itemId: null,
});
const abort = (turnId: string | null, runId: string | null = null): AnyEvent => ({
  type: 'abort.asked',
  requestId,
  turnId,
  runId,
  by: null,
});
export const DONE = [
  childDone('turn', { kind: 'ended', stopReason: 'end_turn' }),
  childDone('turn', { kind: 'givenBack' }),
];

export const contextOf = (state: { snapshot: unknown }) =>
  (state.snapshot as { context: unknown }).context as ConversationContext;
/** What may be said to a conversation in a state; of inputs only what can be true of them. */
function eventsIn(items: readonly QueuedInput[], context: ConversationContext): AnyEvent[] {
  const { queue, taken, arriving, wishes, wanted } = context;
  const events: AnyEvent[] = [
    { type: 'answer.given', requestId, answer: {} },
    { type: 'answer.settled', requestId, accepted: true },
    {
      type: 'approval.decided',
      approvalId: 'perm-c1',
      callId: 'c1',
      decision: { behavior: 'deny', message: 'no' },
      by: null,
      at: '',
    },
    { type: 'change.asked', requestId, mode: 'strict', cwd: null, by: null },
    { type: 'change.settled', requestId, accepted: true },
    { type: 'change.settled', requestId, accepted: false, error: 'no such mode' },
    abort(null),
    abort('turn-1'),
    abort('another'),
    abort(null, 'another run'),
    { type: 'cancellation.recorded', requestId, turnId: 'turn-1' },
    { type: 'cancellation.recorded', requestId, turnId: 'another' },
    { type: 'cancellation.failed', requestId, error: 'disk full' },
    { type: 'queue.resumeAsked', requestId },
    { type: 'withdraw.asked', request: wish(null) },
    { type: 'withdrawal.settled', request: wish(null), item: null, status: 'already_dequeued' },
    { type: 'sync.asked', reply: { type: 'sync_response', request_id: requestId } },
    { type: 'command.asked', requestId, commandId: 'c', input: '/c' },
    { type: 'hub.returned' },
    { type: 'desk.asked' },
    { type: 'conversation.drain' },
    { type: 'turn.opened', turnId: 'turn-1' },
    { type: 'turn.runChanged', runId: 'run-1' },
    { type: 'turn.parked' },
    { type: 'turn.unparked' },
    ...DONE,
    childFailed('turn'),
  ];
  for (const item of items) {
    const id = item.clientMessageId;
    const here = [...queue, ...taken].includes(item);
    const comes = arriving.includes(id);
    if (here || (comes && wishes.length === 0)) events.push({ type: 'withdraw.asked', request: wish(item) });
    // One at a time on its way is enough.
    if (!here && arriving.length === 0)
      events.push({ type: 'input.submitted', requestId, submission: { clientMessageId: id } });
    if (comes) {
      events.push({ type: 'input.repeated', requestId, clientMessageId: id, disposition: 'started' });
      events.push({ type: 'input.refused', requestId, clientMessageId: id, error: 'full' });
      // Numbers are given in the order of acceptance.
      if (![...queue, ...taken].some(({ seq }) => seq >= item.seq))
        events.push({ type: 'input.accepted', requestId, item });
    }
    if (!here && !comes && wanted === null) {
      events.push({ type: 'withdrawal.settled', request: wish(item), item, status: 'withdrawn' });
      events.push({ type: 'withdrawal.failed', request: wish(item), item, error: 'disk full' });
    }
  }
  return events;
}

export interface Beginning {
  items: readonly QueuedInput[];
  begin: 'running' | 'paused' | 'drained';
  turn: RecoveredTurn | null;
  queue: readonly QueuedInput[];
}
const [equal, different] = worlds;
export const beginnings: Beginning[] = [
  { items: equal, begin: 'running', turn: null, queue: [] },
  { items: equal, begin: 'paused', turn: null, queue: equal },
  { items: equal, begin: 'drained', turn: recovered(equal, 'sampling'), queue: [] },
  { items: equal, begin: 'running', turn: recovered(equal, 'calls'), queue: equal.slice(1) },
  { items: equal, begin: 'paused', turn: recovered(equal, 'cancelling'), queue: equal.slice(1) },
  { items: different, begin: 'running', turn: null, queue: different },
];

export const walk = (
  machine: AnyStateMachine,
  { items, ...about }: Beginning = beginnings[0] as Beginning,
): Explored<AnyStateMachine> =>
  explore(machine, {
    input: { scope, seed: 1, ...about },
    events: (snapshot: unknown) => eventsIn(items, contextOf({ snapshot })),
    abstract: (snapshot: unknown) => {
      const { queue, taken, arriving, wishes, turnId, wanted } = contextOf({ snapshot });
      const ids = (list: { clientMessageId: string | null }[]) =>
        list.map(({ clientMessageId }) => clientMessageId).join();
      return [ids(queue), ids(taken), arriving.join(), ids(wishes), turnId !== null, wanted?.clientMessageId];
    },
  });
