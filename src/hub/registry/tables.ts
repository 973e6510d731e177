import type { Migration } from '../../../actors/sqlite/database.ts';

/** What the relay keeps: who this hub is, the environments and their aliases, what it holds for them, tokens. */
export const createRelayTables: Migration = (sql) =>
  sql.exec(`
    CREATE TABLE hub (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

    CREATE TABLE environments (
      id TEXT PRIMARY KEY,
      device_id TEXT NOT NULL,
      listener_instance_id TEXT NOT NULL,
      name TEXT NOT NULL,
      person TEXT NOT NULL,
      metadata TEXT NOT NULL,
      first_seen INTEGER NOT NULL,
      last_seen INTEGER NOT NULL,
      generation INTEGER NOT NULL,
      epoch TEXT,
      UNIQUE (device_id, listener_instance_id)
    ) STRICT;

    CREATE TABLE connections (
      id TEXT PRIMARY KEY,
      environment_id TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
      generation INTEGER NOT NULL,
      epoch TEXT,
      used_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX connections_of_environment ON connections (environment_id);

    CREATE TABLE known_states (
      environment_id TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
      scope TEXT NOT NULL,
      kind TEXT NOT NULL,
      json TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (environment_id, scope, kind)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE held (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      environment_id TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
      scope TEXT NOT NULL,
      kind TEXT NOT NULL,
      key TEXT NOT NULL,
      frame TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      held_at INTEGER NOT NULL,
      until INTEGER NOT NULL,
      sent INTEGER NOT NULL,
      withdraw INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX held_in_order ON held (environment_id, scope, id);

    CREATE TABLE withdrawn (
      scope TEXT NOT NULL,
      client_message_id TEXT NOT NULL,
      PRIMARY KEY (scope, client_message_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE tokens (
      id TEXT PRIMARY KEY,
      person TEXT NOT NULL,
      right TEXT NOT NULL,
      hash TEXT NOT NULL UNIQUE,
      created INTEGER NOT NULL,
      last_used INTEGER
    ) STRICT;
  `);
