import { describe, expect, test } from 'vitest';
import type { SavedRule } from '../../../machines/ports.ts';
import { createSettings } from '../../../src/host/conversation-settings.ts';
import { CHOSEN, HUB, openTurn, SCOPE, submission } from '../support/samples.ts';
import { openStore, reopen, tempFolder } from '../support/temp-store.ts';

const RULE: SavedRule = { tool: 'Bash', command: 'ls', cwd: '/work' };

describe('a conversation on this host', () => {
  test('HOST-20 is made when it is first heard of, once for each hub', () => {
    const store = openStore();
    const made = store.conversations.ensure(HUB, SCOPE);
    expect(made).toEqual({
      id: made.id,
      hub: HUB,
      key: 'conv-1',
      scope: SCOPE,
      mode: null,
      modeChosen: null,
      cwd: null,
      cwdChosen: null,
      cwdRevision: 0,
      paused: false,
      rules: [],
    });
    expect(store.conversations.ensure(HUB, SCOPE).id).toBe(made.id);
    expect(store.conversations.ensure('hub-2', SCOPE).id).not.toBe(made.id);
  });

  test('HOST-20 is another one for each agent when it is the default', () => {
    const store = openStore();
    const ids = ['agent-1', 'agent-2', null].map(
      (agentId) => store.conversations.ensure(HUB, { agentId, conversationId: 'default' }).id,
    );
    expect(new Set(ids).size).toBe(3);
  });

  test('HOST-21 keeps its mode, directory, pause and rules', () => {
    const home = tempFolder();
    const store = openStore(home);
    const { id } = store.conversations.ensure(HUB, SCOPE);
    store.conversations.setMode(id, 'strict', CHOSEN);
    store.conversations.setCwd(id, '/work', CHOSEN);
    store.conversations.touchCwd(id);
    store.conversations.setPaused(id, true);
    store.conversations.addRule(id, RULE);
    expect(reopen(store, home).conversations.get(id)).toMatchObject({
      mode: 'strict',
      modeChosen: CHOSEN,
      cwd: '/work',
      cwdChosen: CHOSEN,
      cwdRevision: 2,
      paused: true,
      rules: [RULE],
    });
  });

  test('HOST-28 is as it was after a transaction that came to nothing', () => {
    const store = openStore();
    const { id } = store.conversations.ensure(HUB, SCOPE);
    store.conversations.setMode(id, 'strict', CHOSEN);
    expect(() =>
      store.db.transaction(() => {
        store.conversations.setMode(id, 'unrestricted', CHOSEN);
        store.conversations.addRule(id, RULE);
        expect(store.conversations.get(id).mode).toBe('unrestricted');
        store.conversations.ensure(HUB, { ...SCOPE, conversationId: 'conv-2' });
        throw new Error('in the middle');
      }),
    ).toThrow('in the middle');
    expect(store.conversations.ensure(HUB, SCOPE)).toMatchObject({ id, mode: 'strict', rules: [] });
    expect(store.db.statement('SELECT key FROM conversations').all()).toEqual([{ key: 'conv-1' }]);
    const other = store.conversations.ensure(HUB, { ...SCOPE, conversationId: 'conv-2' }).id;
    expect(store.conversations.get(other)).toMatchObject({ key: 'conv-2' });
  });

  test('HOST-28 is what was written last, by whatever name it is asked for', () => {
    const store = openStore();
    const { id } = store.conversations.ensure(HUB, SCOPE);
    for (const mode of ['strict', 'acceptEdits'] as const) {
      store.conversations.setMode(id, mode, CHOSEN);
      expect([store.conversations.get(id).mode, store.conversations.ensure(HUB, SCOPE).mode]).toEqual([
        mode,
        mode,
      ]);
    }
  });

  test('saves a rule once', () => {
    const store = openStore();
    const { id } = store.conversations.ensure(HUB, SCOPE);
    for (let i = 0; i < 2; i += 1) store.conversations.addRule(id, RULE);
    store.conversations.addRule(id, { tool: 'Read', path: '/a' });
    expect(store.conversations.get(id).rules).toEqual([RULE, { tool: 'Read', path: '/a' }]);
  });

  test('HOST-22 is open while a turn is open or inputs wait', () => {
    const home = tempFolder();
    const store = openStore(home);
    const at = (conversationId: string, hub = HUB) =>
      store.conversations.ensure(hub, { ...SCOPE, conversationId }).id;
    at('idle');
    openTurn(store, at('turn'), 'turn-1');
    store.inputs.accept(at('waiting'), submission('cm-1'), 'queued');
    openTurn(store, at('over'), 'turn-2');
    store.inputs.end('turn-2', 'answered');
    store.turns.end('turn-2', 'end_turn', null);
    store.inputs.withdraw(at('withdrawn'), 'cm-2', submission('x').at);
    store.inputs.accept(at('other', 'hub-2'), submission('cm-1'), 'queued');
    const open = (hub: string) => reopened.conversations.open(hub).map((row) => row.key);
    const reopened = reopen(store, home);
    expect([open(HUB), open('hub-2')]).toEqual([['turn', 'waiting'], ['other']]);
  });
});

describe('the settings that hold in a conversation', () => {
  const defaults = { mode: 'strict' as const, cwd: '/default' };

  test('HOST-23 are its own where it has some, else the host’s', () => {
    const store = openStore();
    const { id } = store.conversations.ensure(HUB, SCOPE);
    const settings = createSettings(store, defaults);
    expect(settings.of(id)).toEqual({ ...defaults, cwdRevision: 0, rules: [] });
    store.conversations.setCwd(id, '/own', CHOSEN);
    store.conversations.setMode(id, 'acceptEdits', CHOSEN);
    expect(settings.of(id)).toEqual({ mode: 'acceptEdits', cwd: '/own', cwdRevision: 1, rules: [] });
  });

  test('D14 HOST-23 an explicit choice survives, whatever the host’s default is later', () => {
    const home = tempFolder();
    const store = openStore(home);
    const { id } = store.conversations.ensure(HUB, SCOPE);
    store.conversations.setMode(id, 'unrestricted', CHOSEN);
    const later = reopen(store, home);
    expect(createSettings(later, defaults).of(id).mode).toBe('unrestricted');
  });

  test('D10 HOST-24 of one conversation reach no other', () => {
    const store = openStore();
    const settings = createSettings(store, defaults);
    const one = store.conversations.ensure(HUB, SCOPE).id;
    const other = store.conversations.ensure(HUB, { ...SCOPE, conversationId: 'conv-2' }).id;
    store.conversations.setMode(one, 'unrestricted', CHOSEN);
    store.conversations.setCwd(one, '/own', CHOSEN);
    store.conversations.addRule(one, RULE);
    expect(settings.of(other)).toEqual({ ...defaults, cwdRevision: 0, rules: [] });
  });
});
