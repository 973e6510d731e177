import { describe, expect, test } from 'vitest';
import { beyond, OpenTurns } from '../../../src/hub/relay/open-turn.ts';

const runtime = { agent_id: 'agent-1', conversation_id: 'conv-1' };
function turn() {
  const turns = new OpenTurns();
  const note = (delta: Record<string, unknown>, extra = {}) =>
    turns.note('env-1', runtime, { type: 'stream_delta', delta, ...extra });
  return { turns, note, deltas: () => turns.of('conv-1') };
}
const user = (otid: string) => ({ message_type: 'user_message', id: otid, otid, content: otid });
const start = (id: string) => ({ message_type: 'client_tool_start', tool_call_id: id });
const result = (id: string, text: string) => ({
  message_type: 'tool_return_message',
  tool_call_id: id,
  tool_return: text,
});

describe('the open turn of a conversation', () => {
  test('is what was shown, in order, the last output of a call in the place of its first', () => {
    const { note, deltas } = turn();
    for (const delta of [user('a'), start('1'), result('1', 'x'), start('2'), result('1', 'xy')]) note(delta);
    note({ message_type: 'assistant_message', content: 'not kept: the run has it' });
    note(start('3'), { subagent_id: 's' });
    expect(deltas()).toEqual([user('a'), start('1'), result('1', 'xy'), start('2')]);
  });

  test('G-18 is shown to those who follow the conversation on another machine too', () => {
    const { turns, note } = turn();
    note(start('1'));
    turns.note(
      'env-2',
      { ...runtime, conversation_id: 'conv-2' },
      { type: 'stream_delta', delta: start('2') },
    );
    expect(turns.of('conv-1')).toEqual([start('1')]);
    expect(turns.of('conv-2')).toEqual([start('2')]);
    expect(turns.of('conv-3')).toBeNull();
  });

  test('what was before a step that ended is in the transcript; the end of the turn ends it', () => {
    const { turns, note, deltas } = turn();
    note(user('a'));
    note({ message_type: 'stop_reason', stop_reason: 'requires_approval' });
    expect(deltas()).toEqual([]);
    note(start('1'));
    expect(deltas()).toEqual([start('1')]);
    turns.note('env-1', runtime, { type: 'turn_finished' });
    expect(deltas()).toBeNull();
  });

  test('without what the messages tell already', () => {
    const deltas = [user('a'), user('b'), start('1'), result('1', 'x'), start('2')];
    const messages = [
      { ...user('a'), id: 'message-1' },
      { message_type: 'tool_return_message', tool_returns: [{ tool_call_id: '1' }] },
      { message_type: 'approval_request_message', tool_call: { tool_call_id: '2' } },
    ];
    expect(beyond(deltas, messages)).toEqual([user('b'), start('2')]);
  });

  test('is bounded, and forgotten with its environment', () => {
    const { turns, note, deltas } = turn();
    for (let i = 0; i < 1_000; i += 1) note(start(String(i)));
    expect(deltas()).toHaveLength(400);
    turns.forget('env-1');
    expect(deltas()).toBeNull();
  });
});
