import { hash, randomBytes } from 'node:crypto';
import type { Database } from '../../../actors/sqlite/database.ts';
import { spareWrite } from '../../../actors/sqlite/spare-write.ts';
import type { Person, Right } from '../ports.ts';

/** A token as it is listed: everything but the secret, which only its owner has. Times are epoch milliseconds. */
export interface TokenRow {
  id: string;
  person: string;
  right: Right;
  created: number;
  lastUsed: number | null;
}

export interface TokenStore {
  /** Makes a token. The secret is in the answer and nowhere else. */
  create(person: string, right: Right): { row: TokenRow; secret: string };
  /** Lets `secret` in as the owner, and no other secret that came this way before. */
  setOwner(secret: string): void;
  list(): TokenRow[];
  /** False when there is no such token. */
  remove(id: string): boolean;
  /** Who has this secret; null when nobody. */
  whose(secret: string): Person | null;
}

export const OWNER_TOKEN_ID = 'tok-owner';
/** `last_used` is for people: once a minute is often enough. */
const USE_EVERY_MS = 60_000;

/**
 * The tokens of this hub. Only hashes are kept; a secret is found by the hash of what was given, so there is
 * no comparison whose time could tell anything.
 */
export function createTokenStore(db: Database, now: () => number, newId: () => string): TokenStore {
  const cache = new Map<string, { person: Person; usedAt: number }>();
  const insert = (row: TokenRow, secret: string): void => {
    db.transaction(() =>
      db
        .statement('INSERT INTO tokens (id, person, right, hash, created) VALUES (?, ?, ?, ?, ?)')
        .run(row.id, row.person, row.right, hashOf(secret), row.created),
    );
  };
  return {
    create(person, right) {
      const secret = newSecret();
      const row: TokenRow = { id: `tok-${newId()}`, person, right, created: now(), lastUsed: null };
      insert(row, secret);
      return { row, secret };
    },
    setOwner(secret) {
      const row: TokenRow = {
        id: OWNER_TOKEN_ID,
        person: 'owner',
        right: 'owner',
        created: now(),
        lastUsed: null,
      };
      db.transaction(() => {
        const known = db.statement('SELECT hash FROM tokens WHERE id = ?').get(OWNER_TOKEN_ID);
        if (known?.hash === hashOf(secret)) return;
        db.statement('DELETE FROM tokens WHERE id = ? OR hash = ?').run(OWNER_TOKEN_ID, hashOf(secret));
        insert(row, secret);
      });
      cache.clear();
    },
    list: () => db.statement('SELECT * FROM tokens ORDER BY created, id').all().map(read),
    remove(id) {
      cache.clear();
      return db.transaction(() => db.statement('DELETE FROM tokens WHERE id = ?').run(id).changes) > 0;
    },
    whose(secret) {
      const hash = hashOf(secret);
      let known = cache.get(hash);
      if (!known) {
        const row = db.statement('SELECT * FROM tokens WHERE hash = ?').get(hash);
        if (!row) return null;
        const { id, person, right, lastUsed } = read(row);
        known = { person: { tokenId: id, name: person, right }, usedAt: lastUsed ?? 0 };
        cache.set(hash, known);
      }
      const at = now();
      if (at - known.usedAt >= USE_EVERY_MS) {
        known.usedAt = at;
        spareWrite(() =>
          db.transaction(() => db.statement('UPDATE tokens SET last_used = ? WHERE hash = ?').run(at, hash)),
        );
      }
      return known.person;
    },
  };
}

/** 32 random bytes, with a prefix by which a secret that got out can be recognised. */
export const newSecret = (): string => `sbx_${randomBytes(32).toString('base64url')}`;

const hashOf = (secret: string): string => hash('sha256', secret, 'hex');

function read(row: Record<string, unknown>): TokenRow {
  return {
    id: String(row.id),
    person: String(row.person),
    right: row.right as Right,
    created: Number(row.created),
    lastUsed: row.last_used === null ? null : Number(row.last_used),
  };
}
