import { expect, test } from 'vitest';
import { lanesOf } from '../../../inspector/recording/lanes.ts';
import { eventTypeOf, lineSummary, rootOfLine } from '../../../inspector/recording/line-text.ts';
import type { RecordedLine } from '../../../src/replay/recorded-line.ts';

const line = (verb: string, json: object, label = 'actor') =>
  ({ time: '12:00:00.000', arrow: '·', verb, label, json, position: 1, file: '', line: 1 }) as RecordedLine;

const lines = [
  line('open', { root: 'c', machine: 'conversation' }, 'lifecycle'),
  line('run', { root: 'c', path: 'turn/model', src: 'modelStep' }),
  line('in', { root: 'c', to: 'turn', from: 'turn/model', n: 1, event: { type: 'step.sent' } }),
  line('in', { root: 'other', to: '.', n: 1, event: { type: 'x' } }),
  line('in', { root: 'c', to: '.', n: 2, event: { type: 'input.submitted' } }),
  line('out', { root: 'c', path: 'desk', event: { type: 'desk.accept' } }),
  line('timer', { root: 'c', n: 1, ms: 1000 }),
  line('emit', { root: 'c', path: '.', event: { type: 'told' } }),
  line('stop', { root: 'c', path: 'turn/model' }),
  line('send', { type: 'pong' }, 'protocol'),
  line('in', {
    root: 'c',
    to: 'turn',
    from: 'turn/model',
    n: 3,
    event: { type: 'xstate.done.actor.commit' },
  }),
];

test('INSP-13 the sequence chart has a lane for each actor of a root, and an arrow for each word', () => {
  const { names, messages } = lanesOf(lines, 'c');
  expect(names).toEqual(['outside', '.', 'turn', 'turn/model', 'desk']);
  expect(messages.slice(0, 8).map(({ position, from, to, text }) => [position, from, to, text])).toEqual([
    [1, 'outside', '.', 'opens'],
    [2, 'turn', 'turn/model', 'starts'],
    [3, 'turn/model', 'turn', 'step.sent'],
    [5, 'outside', '.', 'input.submitted'],
    [6, '.', 'desk', 'desk.accept'],
    [7, 'outside', '.', 'after 1000 ms'],
    [8, '.', 'outside', 'told'],
    [9, 'turn', 'turn/model', 'stops'],
  ]);
});

test('INSP-13 a line in a few words', () => {
  expect(lines.map(lineSummary)).toEqual([
    'opens conversation',
    'starts turn/model',
    'step.sent → turn',
    'x → .',
    'input.submitted → .',
    'desk.accept → desk',
    'timer 1 after 1000 ms',
    'told told by .',
    'stops turn/model',
    'pong',
    'commit done → turn',
  ]);
  expect(lineSummary(line('open', { session: 's', format: 1 }, 'lifecycle'))).toBe('session s');
  expect(lineSummary(line('day', { date: 'd' }, 'lifecycle'))).toBe('day');
  expect(eventTypeOf(lines[8]!)).toBeNull();
  expect(rootOfLine(lines[9]!)).toBeNull();
});
