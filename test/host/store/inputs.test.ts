import { describe, expect, test } from 'vitest';
import { QUEUE_LIMIT } from '../../../src/host/store/inputs.ts';
import { HUB, SCOPE, submission } from '../support/samples.ts';
import { openStore, reopen, tempFolder } from '../support/temp-store.ts';

function conversation() {
  const home = tempFolder();
  const store = openStore(home);
  const { id } = store.conversations.ensure(HUB, SCOPE);
  return { home, store, id, inputs: store.inputs };
}

const idsOf = (items: { clientMessageId: string }[]) => items.map((item) => item.clientMessageId);

describe('inputs', () => {
  test('HOST-1 are kept as they came, in the order of their acceptance', () => {
    const { home, store, id } = conversation();
    const sent = submission('cm-1', {
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'ü' }], otid: 'cm-1' },
        { role: 'user', content: 'b', otid: 'o-2' },
      ],
      optionsKey: '{"client_tool_allowlist":["Read"]}',
      sender: 'Ada',
    });
    const accepted = store.inputs.accept(id, sent, 'started');
    for (const other of ['cm-3', 'cm-2']) store.inputs.accept(id, submission(other), 'queued');
    const queued = reopen(store, home).inputs.queued(id);
    expect(accepted).toEqual({ kind: 'accepted', item: queued[0] });
    expect(queued[0]).toEqual({
      id: 'q-1',
      seq: 1,
      clientMessageId: 'cm-1',
      messages: sent.messages,
      optionsKey: sent.optionsKey,
      sender: 'Ada',
      enqueuedAt: sent.at,
    });
    expect(idsOf(queued)).toEqual(['cm-1', 'cm-3', 'cm-2']);
  });

  test('D3 HOST-2 are taken once for good: a repeat is told what the first was told', () => {
    const { home, store, id } = conversation();
    store.inputs.accept(id, submission('cm-1'), 'started');
    store.inputs.accept(id, submission('cm-2'), 'queued');
    const again = (of: typeof store) =>
      ['cm-1', 'cm-2'].map((key) => of.inputs.accept(id, submission(key, { messages: [] }), 'queued'));
    const told = [
      { kind: 'repeated', disposition: 'started' },
      { kind: 'repeated', disposition: 'queued' },
    ];
    expect(again(store)).toEqual(told);
    store.turns.open('turn-1', id, '{}', []);
    store.inputs.take('turn-1', [1, 2]);
    expect(again(store)).toEqual(told);
    store.inputs.end('turn-1', 'answered');
    store.turns.end('turn-1', 'end_turn', null);
    expect(again(store)).toEqual(told);
    const later = reopen(store, home);
    expect(again(later)).toEqual(told);
    expect(later.inputs.queued(id)).toEqual([]);
  });

  test('D3 HOST-3 have ids that are used once, so a late removal meets no other input', () => {
    const { home, store, id } = conversation();
    store.inputs.accept(id, submission('cm-1'), 'queued');
    store.inputs.withdraw(id, 'cm-1', submission('x').at);
    const later = reopen(store, home);
    later.inputs.accept(id, submission('cm-2'), 'queued');
    expect(later.inputs.queued(id).map((item) => item.id)).toEqual(['q-2']);
  });

  test('HOST-2 of two conversations, or of two hubs, may have the same client_message_id', () => {
    const { store, id } = conversation();
    const others = [
      store.conversations.ensure(HUB, { ...SCOPE, conversationId: 'conv-2' }).id,
      store.conversations.ensure('hub-2', SCOPE).id,
    ];
    for (const of of [id, ...others])
      expect(store.inputs.accept(of, submission('cm-1'), 'queued').kind).toBe('accepted');
  });

  test('HOST-4 are refused when too many wait; what was accepted stays, and a repeat is known', () => {
    const { store, id } = conversation();
    for (let i = 0; i < QUEUE_LIMIT; i += 1)
      expect(store.inputs.accept(id, submission(`cm-${i}`), 'queued').kind).toBe('accepted');
    expect(store.inputs.accept(id, submission('one more'), 'queued')).toEqual({
      kind: 'full',
      waiting: QUEUE_LIMIT,
    });
    expect(store.inputs.accept(id, submission('cm-7'), 'queued').kind).toBe('repeated');
    expect(store.inputs.queued(id)).toHaveLength(QUEUE_LIMIT);
    // Room again, also for the one that was refused.
    store.inputs.withdraw(id, 'cm-7', submission('x').at);
    expect(store.inputs.accept(id, submission('one more'), 'queued').kind).toBe('accepted');
  });

  test('HOST-4 of other conversations do not count', () => {
    const { store, id } = conversation();
    const other = store.conversations.ensure(HUB, { ...SCOPE, conversationId: 'conv-2' }).id;
    for (let i = 0; i < QUEUE_LIMIT; i += 1) store.inputs.accept(other, submission(`cm-${i}`), 'queued');
    expect(store.inputs.accept(id, submission('cm-1'), 'started').kind).toBe('accepted');
  });
});

describe('a withdrawal', () => {
  const at = submission('x').at;

  test('HOST-5 takes a waiting input out, once and again', () => {
    const { home, store, id } = conversation();
    for (const key of ['cm-1', 'cm-2']) store.inputs.accept(id, submission(key), 'queued');
    expect(store.inputs.withdraw(id, 'cm-1', at)).toBe('withdrawn');
    expect(store.inputs.withdraw(id, 'cm-1', at)).toBe('withdrawn');
    expect(idsOf(reopen(store, home).inputs.queued(id))).toEqual(['cm-2']);
  });

  test('HOST-6 that comes before its input leaves a tombstone: the late input is refused', () => {
    const { home, store, id } = conversation();
    expect(store.inputs.withdraw(id, 'cm-1', at)).toBe('withdrawn');
    expect(store.inputs.accept(id, submission('cm-1'), 'queued')).toEqual({ kind: 'withdrawn' });
    const later = reopen(store, home);
    expect(later.inputs.accept(id, submission('cm-1'), 'queued')).toEqual({ kind: 'withdrawn' });
    expect(later.inputs.queued(id)).toEqual([]);
  });

  test('HOST-5 comes too late for an input that a turn has taken, or that has ended', () => {
    const { store, id } = conversation();
    store.inputs.accept(id, submission('cm-1'), 'queued');
    store.turns.open('turn-1', id, '{}', []);
    store.inputs.take('turn-1', [1]);
    expect(store.inputs.withdraw(id, 'cm-1', at)).toBe('already_dequeued');
    store.inputs.end('turn-1', 'failed');
    expect(store.inputs.withdraw(id, 'cm-1', at)).toBe('already_dequeued');
  });
});

describe('a turn', () => {
  test('HOST-7 takes inputs from the queue, each once', () => {
    const { store, id } = conversation();
    for (const key of ['cm-1', 'cm-2', 'cm-3']) store.inputs.accept(id, submission(key), 'queued');
    store.turns.open('turn-1', id, '{}', []);
    store.inputs.take('turn-1', [1, 2]);
    expect(idsOf(store.inputs.ofTurn('turn-1'))).toEqual(['cm-1', 'cm-2']);
    expect(idsOf(store.inputs.queued(id))).toEqual(['cm-3']);
    expect(() => store.inputs.take('turn-2', [2])).toThrow('q-2 is not queued');
  });

  test('HOST-7 that cannot have all of its inputs takes none', () => {
    const { store, id } = conversation();
    for (const key of ['cm-1', 'cm-2']) store.inputs.accept(id, submission(key), 'queued');
    store.inputs.withdraw(id, 'cm-2', submission('x').at);
    expect(() => store.db.transaction(() => store.inputs.take('turn-1', [1, 2]))).toThrow();
    expect(idsOf(store.inputs.queued(id))).toEqual(['cm-1']);
  });

  test('HOST-8 that gives its inputs back leaves them where they were', () => {
    const { store, id } = conversation();
    for (const key of ['cm-1', 'cm-2', 'cm-3']) store.inputs.accept(id, submission(key), 'queued');
    store.turns.open('turn-1', id, '{}', []);
    store.inputs.take('turn-1', [1, 2]);
    store.inputs.giveBack('turn-1');
    expect(idsOf(store.inputs.queued(id))).toEqual(['cm-1', 'cm-2', 'cm-3']);
    expect(store.inputs.ofTurn('turn-1')).toEqual([]);
  });

  test('that ended keeps no text of its inputs', () => {
    const { store, id } = conversation();
    store.inputs.accept(id, submission('cm-1'), 'queued');
    store.turns.open('turn-1', id, '{}', []);
    store.inputs.take('turn-1', [1]);
    store.inputs.end('turn-1', 'answered');
    expect(store.inputs.ofTurn('turn-1')).toMatchObject([{ clientMessageId: 'cm-1', messages: [] }]);
  });
});
