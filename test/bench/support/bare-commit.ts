import { closeSync, fdatasync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface BareCommit {
  /** One transaction of one row, until it is on disk, in milliseconds. */
  commit(): Promise<number>;
  close(): void;
}

/** The least that keeping an input costs: one commit to a store in `folder` and one `fdatasync` of its WAL. */
export function openBareCommit(folder: string): BareCommit {
  const path = join(folder, 'bare.sqlite');
  const db = new DatabaseSync(path);
  db.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)',
  );
  const wal = openSync(`${path}-wal`, 'r+');
  const insert = db.prepare('INSERT INTO t (text) VALUES (?)');
  return {
    commit() {
      const before = performance.now();
      insert.run('#script\nsay Hello.');
      return new Promise((resolve, reject) =>
        fdatasync(wal, (error) => (error ? reject(error) : resolve(performance.now() - before))),
      );
    },
    close() {
      closeSync(wal);
      db.close();
    },
  };
}
