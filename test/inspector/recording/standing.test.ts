import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Recording } from '../../../inspector/recording/recording.ts';
import { standingOf } from '../../../inspector/recording/standing.ts';
import { waitingIn } from '../../../inspector/why/waiting.ts';
import { readText } from '../../../src/replay/read-text.ts';

const text = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../replays', `${name}.log`), 'utf8');
const lines = text('approval-over-a-restart').split('\n');
const asked = lines.findIndex((line) => line.includes('"type":"control_request"')) + 1;
const approval = Recording.of(readText(text('approval-over-a-restart')));

function of(root: string, path: string, position: number, recording = approval) {
  const actors = recording.actorsAt(position);
  const actor = actors.find((each) => each.root === root && each.path === path);
  if (!actor) throw new Error(`${root} ${path} does not live at ${position}`);
  return standingOf(recording, actor, actors, position);
}

test('INSP-22 a call says what it waits for in the words of `signalbox why`, since when, and who can change it', () => {
  const [why] = waitingIn(readText(`${lines.slice(0, asked).join('\n')}\n`)).waiting;
  const [standing] = of('conversation:conv-1', 'turn/batch/call:call-1', asked);
  const { state, who, call, path } = why!;
  expect(standing).toMatchObject({ why: why?.why, state, who, call, path });
  expect(standing?.since).toEqual({ clock: '12:00:00', at: Date.parse(why!.since) });
});

test('INSP-22 of a conversation also those farther in speak, each with its path', () => {
  expect(of('conversation:conv-1', '.', asked).map(({ path, why }) => [path, why])).toEqual([
    ['.', 'a turn is running'],
    ['turn/batch/call:call-1', 'a person must allow or deny this call'],
    ['turn/batch/call:call-2', 'a person must allow or deny this call'],
  ]);
});

test('INSP-22 an effect says for whom it works, since it was started', () => {
  const [standing, ...others] = of('conversation:conv-1', 'outbox', asked);
  expect(others).toEqual([]);
  expect(standing).toMatchObject({
    why: 'the effect outbox works for conversation:conv-1',
    since: { clock: '12:00:00' },
  });
});

test('INSP-22 a name alone is told only when there is nothing else to say', () => {
  const recording = Recording.of(readText(text('reconnect-in-mid-stream')));
  const up = recording.lines.findIndex((line) => JSON.stringify(line.json).includes('"socket.ready"')) + 1;
  expect(of('connection', '.', up, recording).map(({ why }) => why)).toEqual(['connected to the hub']);
  expect(of('connection', 'heartbeat', up, recording).map(({ why }) => why)).toEqual(['it is in resting']);
});
