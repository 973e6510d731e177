import { expect, test } from 'vitest';
import { describeMachine } from '../../../inspector/layout/describe-machine.ts';
import { activeLeaves, reasonsOf } from '../../../inspector/why/reasons.ts';
import { connectionMachine } from '../../../machines/connection.ts';
import { turnMachine } from '../../../machines/turn.ts';

const turn = describeMachine(turnMachine);
const connection = describeMachine(connectionMachine);

test('a state says what it waits for and who can change it', () => {
  expect(reasonsOf(turn, { tools: 'awaitingApproval' })).toEqual([
    { state: 'tools.awaitingApproval', why: 'a person must answer', who: 'anyone who may answer' },
  ]);
});

test('a state without words speaks with those of the state around it', () => {
  const value = { attached: { link: { socketed: { connected: 'fresh' } }, outage: 'none' } };
  const [first] = reasonsOf(connection, value);
  expect(first).toEqual({
    state: 'attached.link.socketed.connected.fresh',
    why: 'connected to the hub',
    who: 'nobody',
  });
});

test('a state without any words names the actor that it waits for, or itself', () => {
  expect(reasonsOf(turn, { opening: 'writing' })).toEqual([
    { state: 'opening.writing', why: 'waiting for its actor commit', who: 'that actor' },
  ]);
  expect(reasonsOf(describeMachine(connectionMachine), { attached: { outage: 'none' } })).toEqual([
    { state: 'attached.outage.none', why: 'it is in attached.outage.none', who: 'nobody' },
  ]);
});

test('active states are those farthest in, of every region', () => {
  expect(activeLeaves('m', 'a')).toEqual(['m.a']);
  expect(activeLeaves('m', { a: { left: 'x', right: { y: 'z' } } })).toEqual(['m.a.left.x', 'm.a.right.y.z']);
  expect(activeLeaves('m', { a: {} })).toEqual(['m.a']);
});

test('what is not known to the machine does not stop the answer', () => {
  expect(reasonsOf(turn, 'gone')).toEqual([{ state: 'gone', why: 'it is in gone', who: 'nobody' }]);
});
