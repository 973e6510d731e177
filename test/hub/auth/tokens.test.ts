import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../actors/sqlite/database.ts';
import { createTokenStore, OWNER_TOKEN_ID, type TokenStore } from '../../../src/hub/auth/tokens.ts';
import { createRelayTables } from '../../../src/hub/registry/tables.ts';

let dir: string;
let db: Database;
let now: number;
const open = (): TokenStore => {
  db = openDatabase(join(dir, 'hub.sqlite'), [createRelayTables]);
  let n = 0;
  return createTokenStore(
    db,
    () => now,
    () => String(++n),
  );
};
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'signalbox-tokens-'));
  now = 1_000_000;
});
afterEach(() => {
  db.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('tokens', () => {
  test('AUTH-2 a secret is known by its hash alone; the store holds no secret', async () => {
    const tokens = open();
    const { row, secret } = tokens.create('Ada', 'send');
    expect(row).toEqual({ id: 'tok-1', person: 'Ada', right: 'send', created: now, lastUsed: null });
    expect(Buffer.from(secret.replace('sbx_', ''), 'base64url')).toHaveLength(32);
    expect(tokens.whose(secret)).toEqual({ tokenId: 'tok-1', name: 'Ada', right: 'send' });
    expect(tokens.whose(`${secret}x`)).toBeNull();
    expect(tokens.whose('')).toBeNull();
    await db.barrier();
    for (const file of ['hub.sqlite', 'hub.sqlite-wal'])
      expect(readFileSync(join(dir, file), 'latin1')).not.toContain(secret);
  });

  test('AUTH-2 a removed token lets nobody in from that moment', () => {
    const tokens = open();
    const { secret } = tokens.create('Ada', 'send');
    expect(tokens.whose(secret)).not.toBeNull();
    expect(tokens.remove('tok-1')).toBe(true);
    expect(tokens.whose(secret)).toBeNull();
    expect(tokens.remove('tok-1')).toBe(false);
  });

  test('AUTH-3 the owner has one secret: a new one ends the old', () => {
    let tokens = open();
    tokens.setOwner('first');
    tokens.setOwner('first');
    db.close();
    tokens = open();
    expect(tokens.whose('first')).toEqual({ tokenId: OWNER_TOKEN_ID, name: 'owner', right: 'owner' });
    tokens.setOwner('second');
    expect(tokens.whose('first')).toBeNull();
    expect(tokens.whose('second')).toMatchObject({ right: 'owner' });
    expect(tokens.list()).toHaveLength(1);
  });

  test("AUTH-3 a secret that was somebody's becomes the owner's when it is set so", () => {
    const tokens = open();
    const { secret } = tokens.create('Ada', 'read');
    tokens.setOwner(secret);
    expect(tokens.whose(secret)).toMatchObject({ right: 'owner' });
    expect(tokens.list()).toHaveLength(1);
  });

  test('the last use is noted, once a minute', () => {
    const tokens = open();
    const { secret } = tokens.create('Ada', 'read');
    const used = () => tokens.list()[0]?.lastUsed;
    tokens.whose(secret);
    expect(used()).toBe(1_000_000);
    now += 30_000;
    tokens.whose(secret);
    expect(used()).toBe(1_000_000);
    now += 30_000;
    tokens.whose(secret);
    expect(used()).toBe(1_060_000);
  });
});
