import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeMachine } from '../../../inspector/layout/describe-machine.ts';
import { eventTypeOf } from '../../../inspector/recording/line-text.ts';
import { Recording } from '../../../inspector/recording/recording.ts';
import { activeStates, tracedTransitions } from '../../../inspector/recording/trace.ts';
import { connectionMachine } from '../../../machines/connection.ts';
import { conversationMachine } from '../../../machines/conversation.ts';
import { turnMachine } from '../../../machines/turn.ts';
import { readText } from '../../../src/replay/read-text.ts';

const turn = describeMachine(turnMachine);
const connection = describeMachine(connectionMachine);

test('active are the innermost states and all around them, of every region', () => {
  const value = { attached: { link: 'backoff', outage: 'lasting' } };
  expect([...activeStates(connection, value)].sort()).toEqual([
    'connection',
    'connection.attached',
    'connection.attached.link',
    'connection.attached.link.backoff',
    'connection.attached.outage',
    'connection.attached.outage.lasting',
  ]);
  expect(activeStates(turn, null).size).toBe(0);
});

test('INSP-12 of several transitions between two states the one of the event is traced', () => {
  const trace = (verb: string, eventType: string | null) =>
    tracedTransitions(turn, 'waitingForHub', { sampling: 'sending' }, { verb, eventType });
  expect(trace('in', 'hub.returned')).toEqual(['turn.waitingForHub/event:hub.returned/0']);
  expect(trace('timer', null)).toEqual(['turn.waitingForHub/delay:hubRetry/0']);
});

test('the end of an actor is traced as such', () => {
  const cause = { verb: 'in', eventType: 'xstate.done.actor.commit' };
  expect(tracedTransitions(turn, { opening: 'writing' }, { opening: 'blocked' }, cause)).toEqual([
    'turn.opening.writing/done:commit/1',
  ]);
});

test('what an actor of the same root said is traced by the states alone', () => {
  const cause = { verb: 'in', eventType: 'approval.decided' };
  expect(tracedTransitions(turn, { tools: 'awaitingApproval' }, { tools: 'executing' }, cause)).toEqual([
    'turn.tools.awaitingApproval/event:batch.moving/0',
  ]);
});

test('a start has no transition', () => {
  expect(tracedTransitions(turn, null, { opening: 'writing' }, { verb: 'open', eventType: null })).toEqual(
    [],
  );
});

test('INSP-12 where no transition leads there by itself, those through states in which nothing stays are traced', () => {
  const commit = { verb: 'in', eventType: 'xstate.done.actor.commit' };
  const traced = tracedTransitions(turn, { opening: 'writing' }, { sampling: 'sending' }, commit);
  expect(traced[0]).toMatch(/^turn\.opening\.writing\/done:commit\//);
  expect(traced.length).toBeGreaterThan(1);
  const conversation = describeMachine(conversationMachine);
  const ended = tracedTransitions(conversation, { running: 'going' }, 'idle', commit);
  expect(ended).toContain('conversation.running/done:turn/2');
  expect(ended).toContain('conversation.deciding/always:/2');
});

test.each(['abort-in-every-state', 'queue-merging', 'reconnect-in-mid-stream', 'retry-ladder'])(
  'INSP-12 every change that was recorded has an arrow: %s',
  (name) => {
    const text = readFileSync(join(import.meta.dirname, '../../replays', `${name}.log`), 'utf8');
    const recording = Recording.of(readText(text));
    const moves = recording.lines.flatMap((line, index) =>
      recording.actorsAt(index + 1).flatMap((actor) => {
        const move = recording.lastMove(actor.root, actor.path, index + 1);
        const shape = recording.shapeOf(actor);
        return shape && move?.position === index + 1 && move.from !== null ? [{ line, shape, move }] : [];
      }),
    );
    expect(moves.length).toBeGreaterThan(10);
    for (const { line, shape, move } of moves) {
      const cause = { verb: line.verb, eventType: eventTypeOf(line) };
      const traced = tracedTransitions(shape, move.from, move.to, cause);
      expect(traced, `${shape.id} at line ${move.position}`).not.toEqual([]);
    }
  },
);
