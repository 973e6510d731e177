import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitingIn } from '../../../inspector/why/waiting.ts';
import { readText } from '../../../src/replay/read-text.ts';

const golden = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../replays', `${name}.log`), 'utf8').split('\n');
const upTo = (lines: string[], from: number) => readText(`${lines.slice(0, from).join('\n')}\n`);

test('INSP-8 each call that waits for a person is told, with its actor, its state and since when', () => {
  const lines = golden('approval-over-a-restart');
  const restart = lines.findIndex((line, at) => at > 0 && line.includes('"format":1'));
  const { waiting, seen, untold, damaged } = waitingIn(upTo(lines, restart));
  expect(waiting).toEqual(
    ['Bash', 'Write'].map((name, at) => ({
      conversationId: 'conv-1',
      agentId: 'agent-1',
      root: 'conversation:conv-1',
      path: `turn/batch/call:call-${at + 1}`,
      state: 'awaitingApproval',
      why: 'a person must allow or deny this call',
      who: 'anyone who may answer',
      since: '2026-01-01T12:00:00.000+00:00',
      call: { id: `call-${at + 1}`, name },
    })),
  );
  expect({ seen, untold, damaged }).toEqual({ seen: ['conv-1'], untold: [], damaged: null });
});

test('INSP-8 after a restart it is told since the restart', () => {
  const lines = golden('approval-over-a-restart');
  const restart = lines.findIndex((line, at) => at > 0 && line.includes('"format":1'));
  const answer = lines.findIndex((line) => line.includes('approval_response'));
  expect(answer).toBeGreaterThan(restart);
  const { waiting } = waitingIn(upTo(lines, answer));
  expect(waiting.map(({ since }) => since)).toEqual(Array(2).fill('2026-01-01T12:10:00.000+00:00'));
});

test('INSP-8 the innermost actor speaks: a turn without calls by itself', () => {
  const lines = golden('retry-ladder');
  const chunk = lines.findIndex((line) => line.includes('"step.chunks"'));
  expect(waitingIn(upTo(lines, chunk + 1)).waiting).toMatchObject([
    {
      path: 'turn',
      state: 'sampling.streaming',
      why: 'the model is answering',
      who: 'the model',
      call: null,
    },
  ]);
});

test('INSP-9 a conversation that rests waits for a message, and is not told as waiting', () => {
  const lines = golden('queue-merging');
  const { waiting, resting, until } = waitingIn(upTo(lines, lines.length - 1));
  expect(waiting).toEqual([]);
  for (const { why } of resting) expect(why).toMatch(/waiting for a message|stopping/);
  expect(until).toMatch(/^2026-01-01T/);
});

test('INSP-10 what cannot be told is named with the reason', () => {
  const lines = golden('retry-ladder');
  const run = lines.findIndex((line) => line.includes('"path":"turn/model"'));
  const altered = lines.with(run, lines[run]!.replace('"step":1', '"step":7'));
  const { waiting, untold } = waitingIn(upTo(altered, lines.length - 1));
  expect(waiting).toEqual([]);
  expect(untold).toMatchObject([
    { root: 'conversation:conv-1', reason: expect.stringMatching(/^line \d+: /) },
  ]);
});

test('INSP-10 damage ends the reading and is told; a line that is being written just now is not damage', () => {
  const lines = golden('retry-ladder').slice(0, 20);
  expect(waitingIn(readText(`${lines.join('\n')}\n[12:00:`)).damaged).toBeNull();
  expect(
    waitingIn(readText(`${lines.slice(0, 19).join('\n')}\nnonsense\n${lines[19]}\n`)).damaged,
  ).toMatchObject({
    line: 20,
  });
});

test('an empty recording says nothing', () => {
  expect(waitingIn([])).toEqual({
    waiting: [],
    resting: [],
    seen: [],
    untold: [],
    until: null,
    damaged: null,
  });
});
