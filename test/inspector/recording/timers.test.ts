import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LineTimes } from '../../../inspector/recording/line-times.ts';
import { Recording } from '../../../inspector/recording/recording.ts';
import { type RunningTimer, timersOf } from '../../../inspector/recording/timers.ts';
import { readText } from '../../../src/replay/read-text.ts';
import type { RecordedLine } from '../../../src/replay/recorded-line.ts';

const read = (name: string) =>
  Recording.of(readText(readFileSync(join(import.meta.dirname, '../../replays', `${name}.log`), 'utf8')));
const ladder = read('retry-ladder');
const CONVERSATION = 'conversation:conv-1';

function at(
  recording: Recording,
  root: string,
  path: string,
  position: number,
  now?: number,
): RunningTimer[] {
  const actors = recording.actorsAt(position);
  const actor = actors.find((each) => each.root === root && each.path === path);
  if (!actor) throw new Error(`${root} ${path} does not live at ${position}`);
  return timersOf(recording, actor, actors, now ?? recording.timeAt(position));
}

/** The position at which a machine has just entered a state. */
function entered(recording: Recording, path: string, state: string): number {
  for (let position = 1; position <= recording.lines.length; position += 1) {
    const move = recording.lastMove(CONVERSATION, path, position);
    if (move?.position === position && JSON.stringify(move.to).includes(state)) return position;
  }
  throw new Error(`${path} never enters ${state}`);
}

test('INSP-23 a timer is told by its name, its state, and the time that is left at the time of a line', () => {
  const position = entered(ladder, 'turn', 'retrying');
  const [timer] = at(ladder, CONVERSATION, 'turn', position);
  expect(timer).toMatchObject({ path: 'turn', delay: 'retryDelay', state: 'turn.retrying' });
  expect(timer?.leftMs).toBe(timer?.ms);
  const fired = ladder.lines.findIndex((line, index) => index >= position && line.verb === 'timer');
  expect(ladder.lines[fired]?.json.ms).toBe(timer?.ms);
  expect(at(ladder, CONVERSATION, 'turn', fired)).toHaveLength(1);
  expect(at(ladder, CONVERSATION, 'turn', fired + 1)).toEqual([]);
});

test('INSP-23 by the clock it runs down to nothing, and not below', () => {
  const position = entered(ladder, 'turn', 'retrying');
  const began = ladder.timeAt(position);
  const left = (now: number) => at(ladder, CONVERSATION, 'turn', position, now)[0]?.leftMs ?? Number.NaN;
  const ms = left(began);
  expect(left(began + 100)).toBe(ms - 100);
  expect(left(began + ms + 5_000)).toBe(0);
  expect(left(began - 5_000)).toBe(ms);
});

test('INSP-23 the timers of a machine farther in are shown with it; one that stands for no limit is not', () => {
  const recording = read('reconnect-in-mid-stream');
  const up = recording.lines.findIndex((line) => JSON.stringify(line.json).includes('"socket.ready"')) + 1;
  expect(at(recording, 'connection', '.', up).map(({ delay, path }) => [delay, path])).toEqual([
    ['stablePeriod', '.'],
    ['pingInterval', 'heartbeat'],
  ]);
  const approval = read('approval-over-a-restart');
  const asked = approval.lines.findIndex((line) => line.json.type === 'control_request') + 1;
  expect(at(approval, CONVERSATION, 'turn/batch/call:call-1', asked)).toEqual([]);
});

test('INSP-23 a line has the day and the zone that were told last before it', () => {
  const line = (time: string, json: object, verb = 'in') => ({ time, verb, json }) as RecordedLine;
  const times = new LineTimes();
  const lines = [
    line('23:59:59.000', { session: 's', date: '2026-03-28', zone: '+01:00' }, 'open'),
    line('23:59:59.500', {}),
    line('00:00:00.000', { date: '2026-03-29', zone: '+02:00' }, 'day'),
    line('00:00:01.000', {}),
  ];
  expect(times.of(lines[1]!, 1)).toBeNaN();
  for (const [index, each] of lines.entries()) times.note(each, index);
  expect(lines.map((each, index) => new Date(times.of(each, index)).toISOString())).toEqual([
    '2026-03-28T22:59:59.000Z',
    '2026-03-28T22:59:59.500Z',
    '2026-03-28T22:00:00.000Z',
    '2026-03-28T22:00:01.000Z',
  ]);
});
