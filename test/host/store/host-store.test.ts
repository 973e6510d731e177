import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openHostStore } from '../../../src/host/store/host-store.ts';
import { hostInstance } from '../../../src/host/store/instance.ts';
import { LISTENER, openStore, reopen, tempFolder } from '../support/temp-store.ts';

describe('the store of a host', () => {
  test('HOST-25 is for one process alone, and names who has it', () => {
    const home = tempFolder();
    openStore(home);
    expect(openHostStore(home, LISTENER)).toEqual({ ok: false, holder: { pid: process.pid } });
  });

  test('HOST-25 is free again when that one has closed it', () => {
    const home = tempFolder();
    const store = openStore(home);
    reopen(store, home);
  });

  test('HOST-25 is another one for each name of a host', () => {
    const home = tempFolder();
    openStore(home);
    const other = openHostStore(home, 'server-other');
    expect(other.ok).toBe(true);
    if (other.ok) other.store.close();
  });

  test('HOST-26 is in its own folder and nobody else’s to read', () => {
    const home = tempFolder();
    openStore(home);
    const folder = join(home, 'hosts', LISTENER);
    expect(statSync(folder).mode & 0o077).toBe(0);
    for (const name of readdirSync(folder).filter((name) => name.startsWith('host.sqlite')))
      expect([name, statSync(join(folder, name)).mode & 0o077]).toEqual([name, 0]);
  });

  test('HOST-27 names its host once, for all its lives', () => {
    const home = tempFolder();
    const store = openStore(home);
    let made = 0;
    const make = () => `host-${++made}`;
    expect([hostInstance(store.db, make), hostInstance(store.db, make)]).toEqual(['host-1', 'host-1']);
    expect(hostInstance(reopen(store, home).db, make)).toBe('host-1');
  });

  test('what was begun and not committed is not there', () => {
    const home = tempFolder();
    const store = openStore(home);
    expect(() =>
      store.db.transaction(() => {
        store.conversations.ensure('hub-1', { agentId: null, conversationId: 'conv-1' });
        throw new Error('in the middle');
      }),
    ).toThrow('in the middle');
    expect(reopen(store, home).db.statement('SELECT count(*) AS n FROM conversations').get()).toEqual({
      n: 0,
    });
  });
});
