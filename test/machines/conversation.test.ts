import { describe, expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { conversationMachine, nextTurn } from '../../machines/conversation.ts';
import type { QueuedInput, WithdrawRequest } from '../../machines/ports.ts';
import { type AnyEvent, assertEverywhere, type Explored, type ExploredState, mutantOf } from './explore.ts';
import { toldBy } from './walks.ts';
import { beginnings, contextOf, DONE, input, walk } from './worlds/conversation.ts';

type State = ExploredState<AnyStateMachine>;

const isAt = (state: State, value: unknown) => state.snapshot.matches(value as never);
/** Withdrawals that wait: for an input to arrive, or for a parked turn to give it back. */
const wishesIn = (state: State) => {
  const { wishes, wanted } = contextOf(state);
  return [...wishes, ...(wanted ? [wanted] : [])].map(({ clientMessageId }) => clientMessageId);
};
const runs = (state: State) => isAt(state, 'running');

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
  /** In every state of every walk; a state that several walks come by is looked at once. */
  const everywhere = (
    name: string,
    holds: (state: State, explored: Explored<AnyStateMachine>) => boolean,
  ) => {
    const seen = new Set<string>();
    for (const explored of all) {
      assertEverywhere(explored, name, (state) => seen.has(state.key) || holds(state, explored));
      for (const { key } of explored.states) seen.add(key);
    }
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
