import type { Database } from '../../../actors/sqlite/database.ts';

/** How long an alias is kept after it was last used. */
export const ALIAS_LIFE_MS = 30 * 24 * 60 * 60 * 1000;

/** A `connectionId`: an alias by which a host once knew its environment. Never routed by. */
export interface Connection {
  id: string;
  environmentId: string;
  generation: number;
  epoch: string | null;
}

export interface ConnectionStore {
  find(id: string): Connection | null;
  add(connection: Connection, now: number): void;
  /** The alias is used: its 30 days begin again. */
  use(id: string, now: number): void;
  /** The generation that a life of a host was given; null when the hub does not remember that life. */
  generationOf(environmentId: string, epoch: string): number | null;
  /** The highest generation ever given to the environment; 0 when none was. */
  highest(environmentId: string): number;
  prune(now: number): void;
}

export function createConnectionStore(db: Database): ConnectionStore {
  const write = (sql: string, ...values: (string | number | null)[]): void => {
    db.transaction(() => db.statement(sql).run(...values));
  };
  return {
    find(id) {
      const row = db.statement('SELECT * FROM connections WHERE id = ?').get(id);
      if (!row) return null;
      return {
        id: String(row.id),
        environmentId: String(row.environment_id),
        generation: Number(row.generation),
        epoch: row.epoch === null ? null : String(row.epoch),
      };
    },
    add: (c, now) =>
      write(
        'INSERT INTO connections VALUES (?, ?, ?, ?, ?)',
        ...[c.id, c.environmentId, c.generation, c.epoch, now],
      ),
    use: (id, now) => write('UPDATE connections SET used_at = ? WHERE id = ?', now, id),
    generationOf(environmentId, epoch) {
      const row = db
        .statement('SELECT max(generation) AS n FROM connections WHERE environment_id = ? AND epoch = ?')
        .get(environmentId, epoch);
      return row?.n == null ? null : Number(row.n);
    },
    highest(environmentId) {
      const row = db
        .statement('SELECT max(generation) AS n FROM connections WHERE environment_id = ?')
        .get(environmentId);
      return Number(row?.n ?? 0);
    },
    prune: (now) => write('DELETE FROM connections WHERE used_at < ?', now - ALIAS_LIFE_MS),
  };
}
