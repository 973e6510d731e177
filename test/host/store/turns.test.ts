import { describe, expect, test } from 'vitest';
import { AT, HUB, openTurn, SCOPE } from '../support/samples.ts';
import { openStore, reopen, tempFolder } from '../support/temp-store.ts';

function conversation() {
  const home = tempFolder();
  const store = openStore(home);
  return { home, store, id: store.conversations.ensure(HUB, SCOPE).id };
}

const MESSAGES = [{ role: 'user', content: 'hello', otid: 'cm-1' }];

describe('an open turn', () => {
  test('HOST-10 is found with its step and the body of its POST', () => {
    const { home, store, id } = conversation();
    store.turns.open('turn-1', id, '{"a":1}', MESSAGES);
    const later = reopen(store, home);
    const turn = {
      id: 'turn-1',
      conversation: id,
      optionsKey: '{"a":1}',
      step: 1,
      starts: 0,
      cancelled: false,
    };
    expect(later.turns.openOf(id)).toEqual(turn);
    expect(later.turns.get('turn-1')).toEqual({ ...turn, open: true });
    expect(later.turns.step('turn-1', 1)).toEqual({
      turn: 'turn-1',
      step: 1,
      messages: MESSAGES,
      run: null,
      ended: false,
    });
  });

  test('HOST-10 goes from step to step, each with its own body', () => {
    const { store, id } = conversation();
    store.turns.open('turn-1', id, '{}', MESSAGES);
    store.turns.endStep('turn-1', 1, 'run-1');
    const results = [{ type: 'approval', approvals: [], otid: 'turn-1:2' }];
    store.turns.openStep('turn-1', 2, results);
    expect(store.turns.openOf(id)?.step).toBe(2);
    expect(store.turns.step('turn-1', 1)).toMatchObject({ messages: MESSAGES, run: 'run-1', ended: true });
    expect(store.turns.step('turn-1', 2)).toMatchObject({ messages: results, run: null, ended: false });
    expect(store.turns.step('turn-1', 3)).toBeNull();
  });

  test('HOST-11 is cancelled once; who did it first and when stays', () => {
    const { home, store, id } = conversation();
    store.turns.open('turn-1', id, '{}', MESSAGES);
    expect(store.turns.cancel('turn-1', 'Ada', AT)).toBe(true);
    expect(store.turns.cancel('turn-1', 'Bob', '2027-01-01T00:00:00.000Z')).toBe(true);
    const later = reopen(store, home);
    expect(later.turns.openOf(id)).toMatchObject({ cancelled: true });
    expect(later.db.statement('SELECT cancelled_by, cancelled_at FROM turns').get()).toEqual({
      cancelled_by: 'Ada',
      cancelled_at: AT,
    });
  });

  test('HOST-11 that is over or unknown cannot be cancelled', () => {
    const { store, id } = conversation();
    store.turns.open('turn-1', id, '{}', MESSAGES);
    store.turns.end('turn-1', 'end_turn', null);
    expect(store.turns.cancel('turn-1', null, AT)).toBe(false);
    expect(store.turns.cancel('turn-2', null, AT)).toBe(false);
    expect(store.turns.get('turn-1')).toMatchObject({ open: false, cancelled: false });
  });

  test('that ends leaves the conversation free and keeps no bodies', () => {
    const { store, id } = conversation();
    store.turns.open('turn-1', id, '{}', MESSAGES);
    store.turns.end('turn-1', 'error', 'because');
    expect(store.turns.openOf(id)).toBeNull();
    expect(store.turns.step('turn-1', 1)).toBeNull();
    expect(store.turns.get('turn-1')).toMatchObject({ open: false });
  });

  test('that was dropped never was', () => {
    const { store, id } = conversation();
    openTurn(store, id);
    store.inputs.giveBack('turn-1');
    store.turns.drop('turn-1');
    expect([store.turns.get('turn-1'), store.turns.step('turn-1', 1)]).toEqual([null, null]);
  });

  test('counts the starts that cut it off, anew after each step that ended', () => {
    const { store, id } = conversation();
    store.turns.open('turn-1', id, '{}', MESSAGES);
    store.turns.countCutOffs();
    store.turns.countCutOffs();
    expect(store.turns.openOf(id)?.starts).toBe(2);
    store.turns.endStep('turn-1', 1, 'run-1');
    expect(store.turns.openOf(id)?.starts).toBe(0);
  });
});
