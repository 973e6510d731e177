import type { Migration } from '../../../actors/sqlite/database.ts';

/**
 * What the host owns (design.md 5.1). `inputs.seq` is the order of its commits. Rows of conversations carry the
 * hub's id: turns of another hub rest until that hub is back.
 */
export const createHostTables: Migration = (sql) =>
  sql.exec(`
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE conversations (
      id INTEGER PRIMARY KEY,
      hub TEXT NOT NULL,
      key TEXT NOT NULL,
      agent_id TEXT,
      conversation_id TEXT NOT NULL,
      mode TEXT,
      cwd TEXT,
      cwd_revision INTEGER NOT NULL DEFAULT 0,
      paused INTEGER NOT NULL DEFAULT 0,
      rules TEXT NOT NULL DEFAULT '[]',
      UNIQUE (hub, key)
    ) STRICT;
    CREATE TABLE inputs (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      conversation INTEGER NOT NULL REFERENCES conversations (id),
      client_message_id TEXT NOT NULL,
      messages TEXT NOT NULL,
      options TEXT NOT NULL,
      sender TEXT,
      at TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('queued', 'taken', 'answered', 'failed', 'cancelled', 'withdrawn')),
      disposition TEXT NOT NULL,
      turn TEXT,
      UNIQUE (conversation, client_message_id)
    ) STRICT;
    CREATE INDEX inputs_open ON inputs (conversation, seq) WHERE state IN ('queued', 'taken');
    CREATE INDEX inputs_turn ON inputs (turn) WHERE turn IS NOT NULL;
    CREATE TABLE turns (
      id TEXT PRIMARY KEY,
      conversation INTEGER NOT NULL REFERENCES conversations (id),
      state TEXT NOT NULL CHECK (state IN ('open', 'ended')),
      options TEXT NOT NULL,
      step INTEGER NOT NULL,
      starts INTEGER NOT NULL DEFAULT 0,
      cancelled_by TEXT,
      cancelled_at TEXT,
      stop_reason TEXT,
      error TEXT
    ) STRICT;
    CREATE INDEX turns_open ON turns (conversation) WHERE state = 'open';
    CREATE TABLE steps (
      turn TEXT NOT NULL REFERENCES turns (id),
      step INTEGER NOT NULL,
      messages TEXT NOT NULL,
      run TEXT,
      ended INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (turn, step)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE calls (
      id INTEGER PRIMARY KEY,
      conversation INTEGER NOT NULL REFERENCES conversations (id),
      turn TEXT NOT NULL REFERENCES turns (id),
      step INTEGER NOT NULL,
      call TEXT NOT NULL,
      name TEXT NOT NULL,
      arguments TEXT NOT NULL,
      shown TEXT,
      decision TEXT,
      decided_by TEXT,
      decided_at TEXT,
      intent TEXT,
      outcome TEXT,
      UNIQUE (turn, call)
    ) STRICT;
    CREATE INDEX calls_by_call ON calls (conversation, call);
    CREATE INDEX calls_open ON calls (turn, step) WHERE outcome IS NULL;
  `);
