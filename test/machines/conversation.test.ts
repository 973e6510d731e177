import { describe, expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { type ConversationContext, conversationMachine, nextTurn } from '../../machines/conversation.ts';
import type { QueuedInput, RecoveredTurn, WithdrawRequest } from '../../machines/ports.ts';
import {
  type AnyEvent,
  assertEverywhere,
  childDone,
  childFailed,
  type Explored,
  type ExploredState,
  explore,
  mutantOf,
} from './explore.ts';
import { scope } from './house.ts';
import { toldBy } from './walks.ts';

type State = ExploredState<AnyStateMachine>;

const input = (seq: number, optionsKey: string): QueuedInput => ({
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
const DONE = [
  childDone('turn', { kind: 'ended', stopReason: 'end_turn' }),
  childDone('turn', { kind: 'givenBack' }),
];

const contextOf = (state: { snapshot: unknown }) =>
  (state.snapshot as { context: unknown }).context as ConversationContext;
const isAt = (state: State, value: unknown) => state.snapshot.matches(value as never);
/** Withdrawals that wait: for an input to arrive, or for a parked turn to give it back. */
const wishesIn = (state: State) => {
  const { wishes, wanted } = contextOf(state);
  return [...wishes, ...(wanted ? [wanted] : [])].map(({ clientMessageId }) => clientMessageId);
};
const runs = (state: State) => isAt(state, 'running');

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
    if (!here && !comes)
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

interface Beginning {
  items: readonly QueuedInput[];
  begin: 'running' | 'paused' | 'drained';
  turn: RecoveredTurn | null;
  queue: readonly QueuedInput[];
}
const beginnings: Beginning[] = worlds.flatMap((items) => [
  { items, begin: 'running', turn: null, queue: [] },
  { items, begin: 'paused', turn: null, queue: items },
  { items, begin: 'drained', turn: recovered(items, 'sampling'), queue: [] },
  { items, begin: 'running', turn: recovered(items, 'calls'), queue: items.slice(1) },
  { items, begin: 'paused', turn: recovered(items, 'cancelling'), queue: items.slice(1) },
]);

const walk = (
  machine: AnyStateMachine,
  { items, ...about }: Beginning = beginnings[0] as Beginning,
): Explored<AnyStateMachine> =>
  explore(machine, {
    input: { scope, seed: 1, ...about },
    events: (snapshot: unknown) => eventsIn(items, contextOf({ snapshot })),
    abstract: (snapshot: unknown) => {
      const { queue, taken, arriving, wishes, turnId, runId, wanted } = contextOf({ snapshot });
      const ids = (list: { clientMessageId: string | null }[]) =>
        list.map(({ clientMessageId }) => clientMessageId).join();
      return [
        ids(queue),
        ids(taken),
        [...arriving].sort().join(),
        ids(wishes),
        turnId !== null,
        runId !== null,
        wanted?.clientMessageId,
      ];
    },
  });

const told = (state: State, event: AnyEvent, machine: AnyStateMachine = conversationMachine) =>
  toldBy(machine, state.snapshot, event);
/** The replies of one event, by the type of their frames. */
const replies = (state: State, event: AnyEvent) =>
  told(state, event)
    .filter(({ event }) => event.type === 'outbox.reply')
    .map(({ event }) => event.frame as { type: string; aborted?: boolean });
/** The desk is asked to take an input back. */
const withdrawn = (state: State, event: AnyEvent, machine?: AnyStateMachine) =>
  told(state, event, machine)
    .filter(({ event }) => event.type === 'desk.withdraw')
    .map(({ event }) => event as unknown as { request: WithdrawRequest; item: QueuedInput | null });

function nothingIsLost(explored: Explored<AnyStateMachine>, machine: AnyStateMachine): void {
  assertEverywhere(explored, 'each input is in one place', (state) => {
    const { queue, taken } = contextOf(state);
    const all = [...queue, ...taken];
    return new Set(all).size === all.length && (taken.length > 0 === runs(state) || isAt(state, 'broken'));
  });
  assertEverywhere(explored, 'it leaves the queue for a turn or by being withdrawn', (state) =>
    state.edges.every(({ event, to }) => {
      if (to === state.key) return true;
      const after = contextOf(explored.at(to));
      const gone = contextOf(state).queue.filter((item) => ![...after.queue, ...after.taken].includes(item));
      return gone.every((item) => withdrawn(state, event, machine).some((one) => one.item === item));
    }),
  );
  assertEverywhere(explored, 'it leaves a turn when that has ended, or gives it back', (state) =>
    state.edges.every(({ event, to }) => {
      const after = contextOf(explored.at(to));
      const left = contextOf(state).taken.filter((item) => !after.taken.includes(item));
      if (event === DONE[0]) return true;
      return left.every(
        (item) =>
          after.queue.includes(item) || withdrawn(state, event, machine).some((one) => one.item === item),
      );
    }),
  );
}

/** After an abort nothing of the queue is begun before somebody sends or resumes. */
function pauseHolds(explored: Explored<AnyStateMachine>): void {
  assertEverywhere(explored, 'paused until a message or resume', (state) => {
    if (!state.snapshot.hasTag('paused' as never)) return true;
    return state.edges.every(({ event, to }) => {
      const after = explored.at(to);
      const asked = event.type === 'input.accepted' || event.type === 'queue.resumeAsked';
      const begun = runs(after) && !after.snapshot.hasTag('paused' as never);
      return asked || !begun || isAt(after, { running: 'ending' });
    });
  });
}

describe('a conversation, explored', () => {
  const all = beginnings.map((beginning) => walk(conversationMachine, beginning));
  const everywhere = (
    name: string,
    holds: (state: State, explored: Explored<AnyStateMachine>) => boolean,
  ) => {
    for (const explored of all) assertEverywhere(explored, name, (state) => holds(state, explored));
  };

  test('takes every transition it declares and never dies', () => {
    const untaken = all.map((explored) => new Set(explored.untaken()));
    const never = [...(untaken[0] ?? [])].filter((one) => untaken.every((set) => set.has(one)));
    expect(never).toEqual([]);
    everywhere('no error', ({ snapshot }) => snapshot.status !== 'error');
  });

  test('QUEUE-1 there is one turn at most, and nothing is taken without one', () => {
    everywhere('a turn exactly while running', (state) => {
      const turn = state.snapshot.children.turn !== undefined;
      const taken = contextOf(state).taken.length > 0;
      return turn === runs(state) && (runs(state) === taken || isAt(state, 'broken'));
    });
  });

  test('D1 taking from the queue and beginning the turn are one step: no input is ever in neither', () => {
    for (const explored of all) nothingIsLost(explored, conversationMachine);
  });

  test('the check bites: a turn that begins without the input it was begun for is caught', () => {
    const mutant = mutantOf(conversationMachine, (config) => {
      config.states.idle.on['input.accepted'][1].actions.splice(1, 1);
    });
    expect(() => nothingIsLost(walk(mutant), mutant)).toThrow('in one place');
  });

  test('QUEUE-2 after an abort the queue waits for a message or resume', () => {
    for (const explored of all) pauseHolds(explored);
  });

  test('the check bites: a queue that goes on by itself after an abort is caught', () => {
    const mutant = mutantOf(conversationMachine, (config) => {
      config.states.running.invoke.onDone.splice(1, 1);
    });
    expect(() => pauseHolds(walk(mutant))).toThrow('paused until a message or resume');
  });

  test('QUEUE-3 a turn takes the head of the queue, as far as the options are equal, and leaves the order', () => {
    everywhere('neighbours with equal options', (state) => {
      const { taken, queue } = contextOf(state);
      const isOrdered = (list: QueuedInput[]) =>
        list.every(({ seq }, i) => i === 0 || (list[i - 1]?.seq ?? 0) < seq);
      const isEqual = taken.every(({ optionsKey }) => optionsKey === taken[0]?.optionsKey);
      return isOrdered(queue) && isOrdered(taken) && isEqual;
    });
  });

  test('QUEUE-4 a host that is stopping begins nothing, but keeps what comes', () => {
    everywhere('drained', (state, explored) => {
      const ends = isAt(state, { running: 'ending' });
      if (!ends && !isAt(state, 'drained')) return true;
      return explored
        .reachableFrom(state.key)
        .every(
          (later) => isAt(later, { running: 'ending' }) || isAt(later, 'drained') || isAt(later, 'broken'),
        );
    });
  });

  test('CALL-20 the answer of a person reaches the turn that runs, and everybody sees it', () => {
    everywhere('passed on', (state) => {
      const event = state.edges.find(({ event }) => event.type === 'approval.decided')?.event;
      if (!event) return true;
      const sent = told(state, event);
      return (
        sent.some(({ to, event }) => to === 'turn' && event.type === 'approval.decided') === runs(state) &&
        sent.some(({ event }) => event.type === 'outbox.delta')
      );
    });
  });

  const settlements: Record<string, string> = {
    'input.accepted': 'input_accepted',
    'input.repeated': 'input_accepted',
    'input.refused': 'input_accepted',
    'answer.settled': 'input_accepted',
    'change.settled': 'change_device_state_response',
    'cancellation.recorded': 'abort_message_response',
    'cancellation.failed': 'abort_message_response',
    'queue.resumeAsked': 'resume_queue_response',
    'withdrawal.settled': 'withdraw_input_response',
    'withdrawal.failed': 'withdraw_input_response',
    'command.asked': 'execute_command_response',
  };
  test('TURN-20 whoever asks is answered once, in every state', () => {
    everywhere('one reply', (state) =>
      state.edges.every(({ event }) => {
        const expected = settlements[event.type];
        if (!expected) return true;
        const types = replies(state, event).map(({ type }) => type);
        const others = types.filter((type) => type !== expected);
        return types.length - others.length === 1 && others.length <= contextOf(state).wishes.length;
      }),
    );
  });

  test('TURN-20 what the desk must decide is asked of it, or answered at once, never both', () => {
    everywhere('desk or reply', (state, explored) =>
      state.edges.every(({ event, to }) => {
        if (event.type === 'abort.asked') {
          const asked = told(state, event).filter(({ event }) => event.type === 'desk.cancel').length;
          return asked + replies(state, event).length === 1;
        }
        if (event.type !== 'withdraw.asked') return true;
        const kept = wishesIn(explored.at(to)).length - wishesIn(state).length;
        return withdrawn(state, event).length + replies(state, event).length + kept === 1;
      }),
    );
    everywhere('a wish that was kept is answered or brought to the desk', (state, explored) =>
      state.edges.every(({ event, to }) => {
        const after = explored.at(to);
        const served = wishesIn(state).filter((id) => !wishesIn(after).includes(id));
        if (served.length === 0 || isAt(after, 'broken') || isAt(after, 'over')) return true;
        return served.every(
          (id) =>
            withdrawn(state, event).some(({ request }) => request.clientMessageId === id) ||
            replies(state, event).some(({ type }) => type === 'withdraw_input_response'),
        );
      }),
    );
  });

  test('TURN-21 an abort that names another turn or run ends nothing', () => {
    everywhere('others are refused', (state) =>
      state.edges.every(({ event }) => {
        const foreign =
          event.type === 'abort.asked' && (event.turnId === 'another' || event.runId === 'another run');
        return !foreign || replies(state, event)[0]?.aborted === false;
      }),
    );
    everywhere('a late cancellation does not reach the next turn', (state) =>
      state.edges.every(({ event }) => {
        if (event.type !== 'cancellation.recorded') return true;
        const stops = told(state, event).some(({ event }) => event.type === 'turn.cancel');
        return !stops || (event.turnId === 'turn-1' && contextOf(state).turnId === 'turn-1');
      }),
    );
  });

  test('QUEUE-5 an idle conversation is over only when the desk owes nobody an answer for a while', () => {
    everywhere('over from idle only', (state, explored) =>
      state.edges.every(
        ({ event, to }) =>
          !isAt(explored.at(to), 'over') ||
          (isAt(state, 'idle') && event.type.startsWith('xstate.after.idleLimit')),
      ),
    );
  });

  test('every state says whether the conversation rests, and only resting ones have nothing to do', () => {
    everywhere('resting', (state) => {
      const rests = state.snapshot.hasTag('resting' as never);
      if (isAt(state, 'drained')) return rests;
      return rests === isAt(state, 'idle') && (!rests || contextOf(state).queue.length === 0);
    });
  });
});

describe('the inputs of the next turn', () => {
  test('QUEUE-3 equal neighbours from the head, nothing that lies behind another', () => {
    const [a1, a2, b3, a4] = [input(1, 'a'), input(2, 'a'), input(3, 'b'), input(4, 'a')];
    expect(nextTurn([])).toEqual([]);
    expect(nextTurn([a1, a2, b3, a4])).toEqual([a1, a2]);
    expect(nextTurn([b3, a4])).toEqual([b3]);
    expect(nextTurn([a1, a2, a4])).toEqual([a1, a2, a4]);
  });
});
