import { expect, test } from 'vitest';
import { entriesSince, progressOf } from '../../../src/cli/send/progress.ts';
import { emptyView, type TurnResult, type View } from '../../../src/client/index.ts';

const user = {
  kind: 'user',
  key: 'user:cm',
  turnId: null,
  clientMessageId: 'cm',
  text: 'hi',
  by: null,
} as const;
const result: TurnResult = { turnId: 't', stopReason: 'end_turn', error: null, usage: null };
const loop = (status: string) => ({ status, active_run_ids: [], executing_tool_call_ids: [] }) as never;
const view = (fields: Partial<View>): View => ({ ...emptyView, link: 'live', ...fields });
const item = { id: 'q-1', client_message_id: 'cm' } as never;

test.each([
  ['not echoed yet', view({}), true, 'waiting'],
  ['queued', view({ queue: [item] }), true, 'waiting'],
  ['cut off', view({ link: 'settling', entries: [user] }), true, 'waiting'],
  ['in a turn', view({ entries: [user], loopStatus: loop('EXECUTING_CLIENT_SIDE_TOOL') }), true, 'running'],
  ['begun, before the first status', view({ entries: [user] }), false, 'running'],
  ['ended', view({ entries: [user], results: { cm: result } }), false, 'ended'],
  ['idle after a gap', view({ entries: [user], loopStatus: loop('WAITING_ON_INPUT') }), true, 'missed'],
])('CLI-10 a message is followed to its end: %s', (_, now, isRebuilt, state) => {
  expect(progressOf(now, 'cm', isRebuilt)).toMatchObject({ state });
});

test('CLI-10 only what stands behind our message is ours', () => {
  const text = { kind: 'assistant', key: 'a', runId: null, turnId: null, text: 'x' } as const;
  expect(entriesSince(view({ entries: [text, user, text] }), 'cm')).toEqual([user, text]);
  expect(entriesSince(view({ entries: [text] }), 'cm')).toEqual([]);
});
