import { expect, test } from 'vitest';
import { Lanes } from '../../../inspector/recording/lanes.ts';
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
  const lanes = new Lanes();
  for (const [at, each] of lines.entries()) if (each.json.root === 'c') lanes.note(each, at + 1);
  const { messages } = lanes;
  expect(lanes.namesAt(lines.length)).toEqual(['outside', '.', 'turn', 'turn/model', 'desk']);
  expect(messages.map(({ fromLane, toLane }) => [fromLane, toLane]).slice(0, 4)).toEqual([
    [0, 1],
    [2, 3],
    [3, 2],
    [0, 1],
  ]);
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
    'x',
    'input.submitted',
    'desk.accept → desk',
    'timer 1 after 1000 ms',
    'told',
    'stops turn/model',
    'pong',
    'commit done → turn',
  ]);
  expect(lineSummary(line('open', { session: 's', format: 1 }, 'lifecycle'))).toBe('session s');
  expect(lineSummary(line('day', { date: 'd' }, 'lifecycle'))).toBe('day');
  expect(eventTypeOf(lines[8]!)).toBeNull();
  expect(rootOfLine(lines[9]!)).toBeNull();
});

test('INSP-13 what comes and goes takes the lane of one of its kind that is over; what works at once has its own', () => {
  const lanes = new Lanes();
  let position = 0;
  const note = (verb: string, json: object) => {
    position += 1;
    lanes.note(line(verb, { root: 'c', ...json }), position);
  };
  const begin = (path: string) => note('run', { path, src: 'x' });
  const end = (path: string) =>
    note('in', { to: 'turn', from: path, n: 1, event: { type: 'xstate.done.actor.x' } });
  const callOf = (n: number) => `turn/call:${n}/tool`;
  begin(callOf(1));
  begin(callOf(2));
  const both = position;
  expect(lanes.count).toBe(6);
  for (const n of [1, 2]) {
    end(callOf(n));
    lanes.gone(`turn/call:${n}`);
  }
  for (let n = 3; n <= 50; n += 1) {
    begin(callOf(n));
    end(callOf(n));
    lanes.gone(`turn/call:${n}`);
  }
  expect(lanes.count).toBe(7);
  expect(lanes.namesAt(both)).toEqual([
    ...['outside', '.', 'turn/call:1', callOf(1), 'turn/call:2', callOf(2), 'turn'],
  ]);
  expect(lanes.namesAt(position)).toContain(callOf(50));
  begin('turn/model');
  expect(lanes.count).toBe(8);
});

test('INSP-13 a root that opens anew begins with empty lanes', () => {
  const lanes = new Lanes();
  for (let life = 0; life < 20; life += 1) {
    lanes.note(line('open', { root: 'c', machine: 'conversation' }, 'lifecycle'), life * 2 + 1);
    lanes.note(line('run', { root: 'c', path: `call:${life}`, src: 'x' }), life * 2 + 2);
  }
  expect(lanes.count).toBe(3);
});
