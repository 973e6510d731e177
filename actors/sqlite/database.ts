import { chmodSync, closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { makeFolder } from '../make-folder.ts';
import { createBarrier } from './barrier.ts';
import { StoreError, storeErrorOf } from './store-error.ts';
import { openSyncMarks } from './sync-marks.ts';

/** One step forward of a store's layout. They run in order, each in a transaction with the version it reaches. */
export type Migration = (sql: DatabaseSync) => void;

export interface Database {
  /** A prepared statement, kept for the next call with the same text. Its faults are `StoreError`s too. */
  statement(text: string): StatementSync;
  /**
   * Runs `work` in one transaction; an inner call joins the outer one. Throws `StoreError` when the disk is
   * full, failing or the file damaged; nothing of `work` is then kept.
   */
  transaction<T>(work: () => T): T;
  /** Counts commits; what `barrier` promises is about those made before it was called. */
  readonly committed: number;
  /** The newest commit known to be on disk; -1 before the first barrier. */
  readonly synced: number;
  /** Counts transactions that came to nothing: whoever keeps copies of rows forgets them when it changes. */
  readonly undone: number;
  /** Resolves when every commit so far is on disk. */
  barrier(): Promise<void>;
  close(): void;
}

/**
 * Opens (or makes) a store: WAL, `synchronous=NORMAL`, durability by `barrier()` (design.md 5.1).
 * Throws `StoreError`: `newer` when a later program wrote it, `corrupt`, `locked`, `full`, `io`, `access`.
 * `SIGNALBOX_SYNC_MARKS=<folder>` in the environment is for tests: see `sync-marks.ts`.
 */
export function openDatabase(path: string, migrations: readonly Migration[]): Database {
  const sql = open(path);
  let walFd: number;
  try {
    migrate(sql, path, migrations);
    walFd = openSync(`${path}-wal`, 'r+');
  } catch (error) {
    sql.close();
    throw storeErrorOf(error, path);
  }
  const marks = openSyncMarks(path, process.env.SIGNALBOX_SYNC_MARKS);
  const wal = createBarrier(walFd, () => {
    const upTo = committed;
    const marked = marks?.begin();
    return () => {
      marked?.();
      synced = upTo;
    };
  });
  const statements = new Map<string, StatementSync>();
  const begin = sql.prepare('BEGIN IMMEDIATE');
  const commit = sql.prepare('COMMIT');
  let depth = 0;
  let committed = 0;
  let undone = 0;
  // What a killed process wrote is found here, and may not be on disk: the first barrier syncs in any case.
  let synced = -1;

  return {
    get committed() {
      return committed;
    },
    get synced() {
      return synced;
    },
    get undone() {
      return undone;
    },
    statement(text) {
      let statement = statements.get(text);
      if (!statement) {
        statement = prepare(sql, text, path);
        statements.set(text, statement);
      }
      return statement;
    },
    transaction(work) {
      if (depth > 0) return work();
      depth = 1;
      try {
        begin.run();
        const result = work();
        commit.run();
        committed += 1;
        return result;
      } catch (error) {
        undone += 1;
        if (sql.isTransaction) sql.exec('ROLLBACK');
        throw storeErrorOf(error, path);
      } finally {
        depth = 0;
      }
    },
    async barrier() {
      if (synced >= committed) return;
      try {
        await wal.wait();
      } catch (error) {
        throw new StoreError('io', `${path}: the disk did not keep what was written`, { cause: error });
      }
    },
    close() {
      closeSync(walFd);
      sql.close();
      marks?.close();
    },
  };
}

/**
 * Pages of the log after which a commit takes them over into the database, 16 MB. That syncs both files on this thread
 * and writes each page once however often it changed, so it pays to do it seldom.
 */
const CHECKPOINT_PAGES = 4_000;

function open(path: string): DatabaseSync {
  try {
    makeFolder(dirname(path));
    const sql = new DatabaseSync(path, { timeout: 2_000 });
    chmodSync(path, 0o600);
    sql.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON');
    sql.exec(`PRAGMA wal_autocheckpoint=${CHECKPOINT_PAGES}`);
    return sql;
  } catch (error) {
    throw storeErrorOf(error, path);
  }
}

function migrate(sql: DatabaseSync, path: string, migrations: readonly Migration[]): void {
  const { user_version: version } = sql.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > migrations.length)
    throw new StoreError(
      'newer',
      `${path} was written by a newer Signalbox (store version ${version}, this program knows ${migrations.length}). ` +
        'Install that version or newer, or move the file away to begin anew.',
    );
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    sql.exec('BEGIN IMMEDIATE');
    step(sql);
    sql.exec(`PRAGMA user_version=${index + 1}`);
    sql.exec('COMMIT');
  }
  // Without a write since the file was made there is no -wal file yet, and the barrier needs one.
  sql.exec(`PRAGMA user_version=${migrations.length}`);
}

/** A page that is damaged, or cannot be read, may come up with every statement. */
function prepare(sql: DatabaseSync, text: string, path: string): StatementSync {
  try {
    const statement = sql.prepare(text);
    for (const method of ['get', 'all', 'run'] as const) {
      const call = statement[method].bind(statement) as (...values: unknown[]) => unknown;
      const told = (...values: unknown[]): unknown => {
        try {
          return call(...values);
        } catch (error) {
          throw storeErrorOf(error, path);
        }
      };
      Object.assign(statement, { [method]: told });
    }
    return statement;
  } catch (error) {
    throw storeErrorOf(error, path);
  }
}
