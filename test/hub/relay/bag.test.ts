import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BAG_BYTES, BAG_ITEMS, type Bag, type HeldKind, heldItem } from '../../../src/hub/relay/bag.ts';
import { createFakeLive, type FakeLive, input } from './fake-live.ts';

let fake: FakeLive;
let bag: Bag;
beforeEach(() => {
  fake = createFakeLive();
  bag = fake.context.bag;
});
afterEach(() => fake.close());

function put(key: string, kind: HeldKind = 'input', scope = 'conv-1', until = 5_000) {
  const result = bag.put('env-1', { scope, kind, key, frame: input(key, scope), until }, false, 1_000);
  if (!result.ok) throw new Error(result.error);
  return result.held;
}
const keys = (held: { key: string }[]) => held.map(({ key }) => key);

describe('the bag', () => {
  test('BAG-1 keeps frames in the order of their coming, as they were', () => {
    for (const key of ['a', 'b', 'c']) put(key);
    const [first] = bag.list('env-1');
    expect(first).toMatchObject({ key: 'a', heldAt: 1_000, until: 5_000, sent: false, withdraw: false });
    expect(first?.frame).toEqual(input('a'));
    expect(keys(bag.list('env-1'))).toEqual(['a', 'b', 'c']);
    expect(keys(bag.list('env-1', 'conv-2'))).toEqual([]);
    expect(bag.count('env-2')).toBe(0);
  });

  test('BAG-3 lets out the oldest input of each conversation, and all that is no input', () => {
    put('a1');
    put('a2');
    put('answer', 'answer');
    put('b1', 'input', 'conv-2');
    put('abort', 'abort');
    expect(keys(bag.heads('env-1'))).toEqual(['a1', 'answer', 'b1', 'abort']);
    expect([bag.holdsInput('env-1', 'conv-1'), bag.holdsInput('env-1', 'conv-3')]).toEqual([true, false]);
    for (const { id } of bag.list('env-1', 'conv-1').filter(({ kind }) => kind === 'input')) bag.remove(id);
    expect(bag.holdsInput('env-1', 'conv-1')).toBe(false);
  });

  test('BAG-4 counts frames and bytes of each environment for itself', () => {
    for (let i = 0; i < BAG_ITEMS; i += 1) put(`k${i}`);
    const one = (environment: string, frame: object) =>
      bag.put(
        environment,
        { scope: 's', kind: 'input', key: 'x', frame: frame as never, until: 1 },
        false,
        0,
      );
    expect(one('env-1', {})).toMatchObject({ ok: false, error: expect.stringContaining('200') });
    expect(() => one('env-unknown', {})).toThrow();
    for (const { id } of bag.list('env-1')) bag.remove(id);
    expect(one('env-1', { text: 'ü'.repeat(BAG_BYTES / 2) })).toMatchObject({ ok: false });
    expect(one('env-1', { text: 'u'.repeat(BAG_BYTES / 2) })).toMatchObject({ ok: true });
  });

  test('BAG-6 knows what has expired, but for what its sender wants back anyway', () => {
    put('old');
    put('young', 'input', 'conv-1', 9_000);
    bag.markWithdraw(put('wanted').id);
    expect(keys(bag.expired(5_000))).toEqual(['old']);
    expect(keys(bag.expired(4_999))).toEqual([]);
  });

  test('BAG-10 remembers for good what was withdrawn, by conversation', () => {
    bag.bury('conv-1', 'a');
    bag.bury('conv-1', 'a');
    expect([bag.isBuried('conv-1', 'a'), bag.isBuried('conv-2', 'a')]).toEqual([true, false]);
  });

  test('BAG-2 shows what is held with its content, sender and times', () => {
    expect(heldItem(put('hello'))).toEqual({
      ...{ kind: 'input', id: 'hello', content: 'hello', acting_user_id: 'Ada' },
      ...{ held_at: '1970-01-01T00:00:01.000Z', until: '1970-01-01T00:00:05.000Z' },
    });
    const abort = { type: 'abort_message', runtime: { agent_id: null, conversation_id: 'c' }, turn_id: 't' };
    const held = bag.put('env-1', { scope: 'c', kind: 'abort', key: 't', frame: abort, until: 2 }, false, 1);
    expect(held.ok && heldItem(held.held)).toMatchObject({ kind: 'abort', id: 't', acting_user_id: null });
  });

  test('what is held goes with its environment', () => {
    put('a');
    fake.context.environments.remove('env-1');
    expect(bag.list('env-1')).toEqual([]);
  });
});
