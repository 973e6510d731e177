import { expect, test } from 'vitest';
import { describeMachine } from '../../../inspector/layout/describe-machine.ts';
import { activeStates, tracedTransitions } from '../../../inspector/recording/trace.ts';
import { connectionMachine } from '../../../machines/connection.ts';
import { turnMachine } from '../../../machines/turn.ts';

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
