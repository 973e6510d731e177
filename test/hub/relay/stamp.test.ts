import { describe, expect, test } from 'vitest';
import { BAG_LIFE_MS } from '../../../src/hub/relay/bag.ts';
import { holdableOf, messageIds, stampMessages, stampPerson } from '../../../src/hub/relay/stamp.ts';
import { input } from './fake-live.ts';

const runtime = { agent_id: 'agent-1', conversation_id: 'default' };

describe('what the hub puts on a frame', () => {
  test('HUB-20 the sender, in the place of whoever the frame names', () => {
    const claimed = { ...runtime, acting_user_id: 'Eve', more: 1 };
    const stamped = stampPerson({ type: 'sync', runtime: claimed }, claimed, 'Ada');
    expect(stamped.runtime).toEqual({ ...runtime, acting_user_id: 'Ada', more: 1 });
  });

  test('HUB-20 names for messages, and nothing for what is none', () => {
    const frame = { type: 'input', runtime, payload: { kind: 'approval_response', request_id: 'perm-1' } };
    expect(stampMessages(frame, () => 'new')).toBe(frame);
    const unnamed = {
      ...frame,
      payload: { kind: 'create_message', messages: [{ role: 'user', content: 'x' }] },
    };
    expect(messageIds(stampMessages(unnamed, () => 'new'))).toEqual(['cm-new']);
  });
});

describe('what can be held', () => {
  const scoped = (frame: object) => ({ type: 'input', runtime, ...frame });
  test.each([
    [input('c1', 'conv-1'), 'input', 'c1', 'conv-1'],
    [
      scoped({ payload: { kind: 'approval_response', request_id: 'perm-1' } }),
      'answer',
      'perm-1',
      'default:agent-1',
    ],
    [scoped({ type: 'abort_message', turn_id: 't' }), 'abort', 't', 'default:agent-1'],
    [scoped({ type: 'withdraw_input', client_message_id: 'c' }), 'withdrawal', 'c', 'default:agent-1'],
  ])('BAG-8 %j is, by its name', (frame, kind, key, scope) => {
    const holdable = holdableOf(frame, 1_000);
    expect(holdable).toMatchObject({ kind, key, scope, until: 1_000 + BAG_LIFE_MS });
    expect(holdable?.frame).not.toHaveProperty('request_id');
  });

  test.each([
    scoped({ type: 'abort_message' }),
    scoped({ type: 'sync' }),
    scoped({ payload: { kind: 'teleport_continue' } }),
    scoped({ payload: { kind: 'create_message', messages: [] } }),
  ])('BAG-8 %j is not', (frame) => expect(holdableOf(frame, 0)).toBeNull());

  test.each([
    [60_000, 61_000],
    [0.4, 1_001],
    [-1, 1_000 + BAG_LIFE_MS],
    ['long', 1_000 + BAG_LIFE_MS],
    [Number.MAX_VALUE, 8_640_000_000_000_000],
  ])('BAG-6 for as long as its sender says (%j)', (expires_in_ms, until) => {
    const holdable = holdableOf({ ...input('a'), expires_in_ms }, 1_000);
    expect(holdable?.until).toBe(until);
    expect(() => new Date(until).toISOString()).not.toThrow();
    expect(holdable?.frame).not.toHaveProperty('expires_in_ms');
  });
});
