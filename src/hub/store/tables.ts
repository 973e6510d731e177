import type { Migration } from '../../../actors/sqlite/database.ts';

/** The layout of agents, conversations, messages, runs and chunks. */
export const createDataTables: Migration = (sql) =>
  sql.exec(`
    CREATE TABLE agents (
      n INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      body TEXT NOT NULL
    ) STRICT;

    CREATE TABLE conversations (
      n INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      id TEXT NOT NULL,
      agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
      body TEXT NOT NULL,
      archived_at INTEGER,
      summary TEXT,
      updated_at INTEGER NOT NULL,
      last_message_at INTEGER,
      next_seq INTEGER NOT NULL DEFAULT 1,
      next_run INTEGER NOT NULL DEFAULT 1,
      lease TEXT,
      open_calls TEXT,
      cut INTEGER NOT NULL DEFAULT 1,
      chars_per_token REAL
    ) STRICT;
    CREATE INDEX conversations_of_agent ON conversations(agent_id);

    CREATE TABLE messages (
      conversation INTEGER NOT NULL REFERENCES conversations(n) ON DELETE CASCADE,
      seq INTEGER NOT NULL,
      id TEXT NOT NULL UNIQUE,
      kind TEXT NOT NULL,
      otid TEXT,
      turn_id TEXT NOT NULL,
      run_id TEXT,
      environment TEXT,
      sender TEXT,
      at INTEGER NOT NULL,
      body TEXT NOT NULL,
      hidden TEXT,
      print TEXT,
      PRIMARY KEY (conversation, seq)
    ) STRICT;
    CREATE UNIQUE INDEX messages_by_otid ON messages(conversation, otid) WHERE otid IS NOT NULL;
    CREATE INDEX messages_of_run ON messages(run_id) WHERE run_id IS NOT NULL;

    CREATE TABLE runs (
      n INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      conversation INTEGER NOT NULL REFERENCES conversations(n) ON DELETE CASCADE,
      ordinal INTEGER NOT NULL,
      agent_id TEXT NOT NULL,
      key TEXT,
      turn_id TEXT NOT NULL,
      environment TEXT,
      generation INTEGER,
      model TEXT NOT NULL,
      status TEXT NOT NULL,
      stop_reason TEXT,
      error TEXT,
      usage TEXT,
      created_at INTEGER NOT NULL,
      completed_at INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX runs_of_conversation ON runs(conversation, ordinal);
    CREATE INDEX runs_by_key ON runs(conversation, key) WHERE key IS NOT NULL;
    CREATE INDEX runs_of_agent ON runs(agent_id, n);
    CREATE INDEX runs_streaming ON runs(status) WHERE status = 'streaming';

    CREATE TABLE chunks (
      run INTEGER NOT NULL REFERENCES runs(n) ON DELETE CASCADE,
      first INTEGER NOT NULL,
      last INTEGER NOT NULL,
      texts TEXT NOT NULL,
      PRIMARY KEY (run, first)
    ) STRICT, WITHOUT ROWID;
  `);
