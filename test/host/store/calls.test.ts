import { describe, expect, test } from 'vitest';
import { AT, allowed, askAbout, asking, bash, HUB, openTurn, SCOPE, succeeded } from '../support/samples.ts';
import { openStore, reopen, tempFolder } from '../support/temp-store.ts';

function turn() {
  const home = tempFolder();
  const store = openStore(home);
  const { id } = store.conversations.ensure(HUB, SCOPE);
  openTurn(store, id);
  return { home, store, id, calls: store.calls };
}

describe('calls', () => {
  test('HOST-15 are kept in the order of the model, with all that is known of them', () => {
    const { home, store, id } = turn();
    const first = asking(bash('call-b'));
    store.calls.propose(id, 'turn-1', 1, [bash('call-b'), bash('call-a')]);
    const [row] = store.calls.ofStep('turn-1', 1);
    store.calls.show(row?.id ?? 0, first);
    store.calls.decide(row?.id ?? 0, allowed({ command: 'ls' }), 'Ada', AT);
    store.calls.intend('turn-1', 'call-b', { command: 'ls' });
    store.calls.settle('turn-1', 'call-b', succeeded);
    const later = reopen(store, home).calls.ofStep('turn-1', 1);
    expect(later[0]).toEqual({
      id: row?.id,
      conversation: id,
      turn: 'turn-1',
      step: 1,
      proposed: bash('call-b'),
      shown: first,
      decision: allowed({ command: 'ls' }),
      decidedBy: 'Ada',
      decidedAt: AT,
      intent: { command: 'ls' },
      outcome: succeeded,
    });
    expect(later[1]).toMatchObject({ proposed: bash('call-a'), shown: null, decision: null, outcome: null });
  });

  test('proposed again are the same calls', () => {
    const { store, id } = turn();
    store.calls.propose(id, 'turn-1', 1, [bash('call-1')]);
    store.calls.settle('turn-1', 'call-1', succeeded);
    store.calls.propose(id, 'turn-1', 1, [bash('call-1')]);
    expect(store.calls.ofStep('turn-1', 1)).toMatchObject([{ outcome: succeeded }]);
  });

  test('HOST-16 have one outcome: the first', () => {
    const { store, id } = turn();
    store.calls.propose(id, 'turn-1', 1, [bash('call-1')]);
    store.calls.settle('turn-1', 'call-1', succeeded);
    store.calls.settle('turn-1', 'call-1', { status: 'error', text: 'late' });
    expect(store.calls.find(id, 'call-1')?.outcome).toEqual(succeeded);
  });

  test('are found by id in their own conversation only', () => {
    const { store, id } = turn();
    const other = store.conversations.ensure(HUB, { ...SCOPE, conversationId: 'conv-2' }).id;
    store.calls.propose(id, 'turn-1', 1, [bash('call-1')]);
    expect(store.calls.find(other, 'call-1')).toBeNull();
    expect(store.calls.find(id, 'call-2')).toBeNull();
  });

  test('of an older turn are not taken for those of a newer one', () => {
    const { store, id } = turn();
    store.calls.propose(id, 'turn-1', 1, [bash('call-1')]);
    store.turns.end('turn-1', 'end_turn', null);
    openTurn(store, id, 'turn-2');
    store.calls.propose(id, 'turn-2', 1, [bash('call-1', 'newer')]);
    expect(store.calls.find(id, 'call-1')).toMatchObject({ turn: 'turn-2' });
  });
});

describe('what waits for a person', () => {
  test('APPR-1 is what was shown and has neither an answer nor an outcome', () => {
    const { home, store, id } = turn();
    const standings = ['a', 'b', 'c', 'd'].map((name) => asking(bash(`call-${name}`)));
    askAbout(store, id, 'turn-1', standings);
    store.calls.propose(id, 'turn-1', 1, [bash('call-not-shown')]);
    const [, second, third] = store.calls.ofStep('turn-1', 1);
    store.calls.decide(second?.id ?? 0, allowed({}), null, AT);
    store.calls.settle('turn-1', third?.proposed.id ?? '', succeeded);
    const pending = reopen(store, home).calls.pending(id);
    expect(pending.map((row) => row.shown)).toEqual([standings[0], standings[3]]);
  });

  test('BOUND-1 is counted, and the oldest are found without reading the others', () => {
    const { store, id } = turn();
    const calls = Array.from({ length: 12 }, (_, n) => asking(bash(`call-${n}`)));
    askAbout(store, id, 'turn-1', calls);
    const ids = (most?: number) => store.calls.pending(id, most).map(({ proposed }) => proposed.id);
    expect([store.calls.countPending(id), ids().length, ids(100).length]).toEqual([12, 12, 12]);
    expect(ids(3)).toEqual(['call-0', 'call-1', 'call-2']);
    store.calls.decide(store.calls.find(id, 'call-0')?.id ?? 0, allowed({}), null, AT);
    expect([store.calls.countPending(id), ids(2)]).toEqual([11, ['call-1', 'call-2']]);
  });

  test('APPR-1 is nothing of a turn that is cancelled or over, or of another conversation', () => {
    const { store, id } = turn();
    const other = store.conversations.ensure(HUB, { ...SCOPE, conversationId: 'conv-2' }).id;
    askAbout(store, id, 'turn-1', [asking(bash('call-1'))]);
    expect([store.calls.pending(id), store.calls.pending(other)]).toMatchObject([[{ turn: 'turn-1' }], []]);
    store.turns.cancel('turn-1', null, AT);
    expect(store.calls.pending(id)).toEqual([]);
    openTurn(store, other, 'turn-2');
    askAbout(store, other, 'turn-2', [asking(bash('call-2'))]);
    store.turns.end('turn-2', 'error', 'x');
    expect(store.calls.pending(other)).toEqual([]);
  });
});

describe('a crash', () => {
  test('HOST-17 leaves the calls that had begun without an outcome to be found', () => {
    const { home, store, id } = turn();
    store.calls.propose(
      id,
      'turn-1',
      1,
      ['begun', 'ended', 'not begun'].map((name) => bash(name)),
    );
    for (const call of ['begun', 'ended']) store.calls.intend('turn-1', call, {});
    store.calls.settle('turn-1', 'ended', succeeded);
    const cutOff = reopen(store, home).calls.begunWithoutOutcome();
    expect(cutOff.map((row) => row.proposed.id)).toEqual(['begun']);
  });

  test('HOST-17 also in turns of another hub, and not in turns that are over', () => {
    const { home, store, id } = turn();
    const other = store.conversations.ensure('hub-2', SCOPE).id;
    openTurn(store, other, 'turn-2');
    store.calls.propose(id, 'turn-1', 1, [bash('call-1')]);
    store.calls.propose(other, 'turn-2', 1, [bash('call-2')]);
    store.calls.intend('turn-1', 'call-1', {});
    store.calls.intend('turn-2', 'call-2', {});
    store.turns.end('turn-1', 'end_turn', null);
    expect(
      reopen(store, home)
        .calls.begunWithoutOutcome()
        .map((row) => row.turn),
    ).toEqual(['turn-2']);
  });
});

describe('the end of a turn', () => {
  test('APPR-2 forgets what its calls held, and keeps who decided what', () => {
    const { home, store, id } = turn();
    askAbout(store, id, 'turn-1', [asking(bash('asked')), asking(bash('never answered'))]);
    store.calls.propose(id, 'turn-1', 1, [bash('allowed by mode')]);
    const decision = allowed({ command: 'ls' });
    store.calls.decide(store.calls.find(id, 'asked')?.id ?? 0, decision, 'Ada', AT);
    store.calls.intend('turn-1', 'asked', { command: 'ls' });
    store.calls.settle('turn-1', 'asked', succeeded);
    store.calls.forgetBodies('turn-1');
    store.turns.end('turn-1', 'end_turn', null);
    const later = reopen(store, home);
    expect(later.calls.find(id, 'asked')).toMatchObject({
      proposed: { id: 'asked', name: 'Bash', arguments: '' },
      shown: null,
      intent: null,
      outcome: { text: '' },
      decision,
      decidedBy: 'Ada',
      decidedAt: AT,
    });
    expect(later.calls.ofStep('turn-1', 1)).toHaveLength(1);
  });
});
