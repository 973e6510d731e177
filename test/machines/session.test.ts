import { expect, test } from 'vitest';
import { transition } from 'xstate';
import type { Frame } from '../../machines/ports.ts';
import { sessionMachine } from '../../machines/session.ts';
import {
  type AnyEvent,
  assertEverywhere,
  childDone,
  childFailed,
  type Explored,
  explore,
} from './explore.ts';

type Session = typeof sessionMachine;
type Snapshot = Explored<Session>['states'][number]['snapshot'];

const target = { environment: 'laptop', agent: null, conversation: null };
const scope = { agentId: 'agent-1', conversationId: 'default' };
const frame = (fields: Frame): AnyEvent => ({ type: 'socket.frame', frame: fields });

const found = childDone('resolve', { ok: true, environmentId: 'env-1', scope });
const opened = { type: 'socket.opened' };
const resumed = frame({ type: 'resumed', request_id: 'resume', result: 'gap', cursor: 'life.9' });
const given: AnyEvent = {
  type: 'command.given',
  requestId: 'c1',
  frame: { type: 'input', request_id: 'c1' },
};
const answer = frame({ type: 'input_accepted', request_id: 'c1', accepted: true });

const events: AnyEvent[] = [
  found,
  childDone('resolve', { ok: false, permanent: false, message: 'no answer' }),
  childDone('resolve', { ok: false, permanent: true, message: 'no such agent' }),
  childFailed('resolve'),
  childFailed('socket'),
  opened,
  resumed,
  frame({ type: 'pong' }),
  frame({ type: 'update_queue', cursor: 'life.1' }),
  frame({ type: 'update_queue' }),
  frame({ type: 'input_accepted', request_id: 'of another', accepted: true }),
  answer,
  { type: 'socket.closed', code: 1006, reason: '' },
  { type: 'socket.closed', code: 1008, reason: 'Unknown environment' },
  { type: 'heartbeat.due' },
  { type: 'heartbeat.lost' },
  { type: 'link.probe' },
  { type: 'session.close' },
];

const walk = (machine: Session) =>
  explore(machine, {
    input: { target, seed: 1 },
    // One command is enough to see what becomes of commands.
    events: ({ context }) => (context.unanswered.length === 0 ? [...events, given] : events),
    abstract: ({ context }) => [
      context.unanswered.map((command) => command.requestId),
      Math.min(context.attempt, 1),
      context.cursor,
      context.environmentId,
      context.failure,
    ],
  });

const waits = (snapshot: Snapshot) => snapshot.context.unanswered.some(({ requestId }) => requestId === 'c1');
const isLive = (snapshot: Snapshot) => snapshot.hasTag('live');

/** What is told to the socket by one event. */
function sentBy(snapshot: Snapshot, event: AnyEvent): Frame[] {
  const [, actions] = transition(sessionMachine, snapshot as never, event as never);
  return actions.flatMap((action) => {
    const { targetId, event: told } = action.params as { targetId?: string; event?: { frame?: Frame } };
    return action.type === 'xstate.sendTo' && targetId === 'socket' && told?.frame ? [told.frame] : [];
  });
}

/** A command stays until its own answer is there, whatever else happens. */
function assertCommandsAreKept(explored: Explored<Session>) {
  assertEverywhere(explored, 'a command given is unanswered until an answer with its id', (state) =>
    state.edges.every(({ event, to }) => {
      const after = explored.at(to).snapshot;
      if (event === given) return waits(after) || after.status === 'done';
      const answered = event === answer && isLive(state.snapshot);
      return !waits(state.snapshot) || waits(after) !== answered;
    }),
  );
}

const explored = walk(sessionMachine);

test('SESS-1 no event in any state breaks the session, and each of its transitions can happen', () => {
  assertEverywhere(explored, 'no state is an error', ({ snapshot }) => snapshot.status !== 'error');
  expect(explored.untaken()).toEqual([]);
});

test('SESS-2 a command given is unanswered until an answer with its id comes in', () => {
  assertCommandsAreKept(explored);
});

test('SESS-2 the check bites: a session that forgets what is given while it is down is caught', () => {
  const mutant = sessionMachine.provide({ actions: { keepCommand: () => undefined } });
  expect(() => assertCommandsAreKept(walk(mutant))).toThrow('a command given is unanswered');
});

test('SESS-3 nothing but the resume is sent while the session is not live', () => {
  assertEverywhere(explored, 'commands and pings only while live', (state) =>
    state.edges.every(({ event, to }) => {
      const sent = sentBy(state.snapshot, event).map(({ type }) => type);
      if (isLive(state.snapshot)) return true;
      const opens = isLive(explored.at(to).snapshot);
      return sent.every((type) => (opens ? type === 'input' : type === 'resume'));
    }),
  );
});

test('SESS-4 coming live sends every unanswered command once', () => {
  assertEverywhere(explored, 'what is unanswered is sent on coming live', (state) =>
    state.edges.every(({ event, to }) => {
      if (isLive(state.snapshot) || !isLive(explored.at(to).snapshot)) return true;
      return sentBy(state.snapshot, event).length === state.snapshot.context.unanswered.length;
    }),
  );
});

test('SESS-5 from everywhere it is live again within six steps when the hub answers', () => {
  const friendly = (state: Explored<Session>['states'][number]) =>
    state.edges.find(({ event }) => event === found) ??
    state.edges.find(({ event, to }) => event === opened && to !== state.key) ??
    state.edges.find(({ event, to }) => event === resumed && to !== state.key) ??
    state.edges.find(({ event }) => event.type.startsWith('xstate.after.backoff'));
  assertEverywhere(explored, 'live within six steps', (start) => {
    let state = start;
    for (let step = 0; step < 6 && state.snapshot.status === 'active' && !isLive(state.snapshot); step += 1) {
      const next = friendly(state);
      if (!next) return false;
      state = explored.at(next.to);
    }
    return isLive(state.snapshot) || state.snapshot.status === 'done';
  });
});

test('SESS-6 the cursor is that of the last event received, never the one of the answer to resume', () => {
  assertEverywhere(
    explored,
    'no cursor without its event',
    ({ snapshot }) => snapshot.context.cursor !== 'life.9',
  );
});

test('SESS-7 what the person left open stays as it was answered first', () => {
  assertEverywhere(explored, 'the target is pinned', ({ snapshot }) => {
    const { context } = snapshot;
    return context.environmentId === '' || context.target.agent === 'agent-1';
  });
});

test('SESS-8 it gives up only when the hub has no such target or its owner closes it', () => {
  assertEverywhere(explored, 'final states have a cause', ({ snapshot, path }) => {
    if (snapshot.status !== 'done') return true;
    const last = path.at(-1);
    const refused = (last?.output as { permanent?: boolean } | undefined)?.permanent === true;
    return last?.type === 'session.close' || refused;
  });
});
