import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Migration, openDatabase } from '../../../actors/sqlite/database.ts';
import { StoreError } from '../../../actors/sqlite/store-error.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'signalbox-db-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const notes: Migration = (sql) => sql.exec('CREATE TABLE notes (text TEXT)');
const tags: Migration = (sql) => sql.exec('ALTER TABLE notes ADD COLUMN tag TEXT');
const overwrite = (path: string, position: number, text: string): void => {
  const fd = openSync(path, 'r+');
  writeSync(fd, text, position);
  closeSync(fd);
};
const faultOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error.fault;
    throw error;
  }
  return 'none';
};

describe('a store', () => {
  test('keeps what was committed, in a file only its owner can read', async () => {
    const path = join(dir, 'deep', 'a.sqlite');
    const db = openDatabase(path, [notes]);
    db.transaction(() => db.statement('INSERT INTO notes VALUES (?)').run('hello'));
    expect(db.committed).toBe(1);
    await db.barrier();
    expect(db.synced).toBe(1);
    db.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = openDatabase(path, [notes]);
    expect(again.statement('SELECT text FROM notes').all()).toEqual([{ text: 'hello' }]);
    again.close();
  });

  test('keeps nothing of a transaction that throws, and inner ones join the outer', () => {
    const db = openDatabase(join(dir, 'a.sqlite'), [notes]);
    const insert = (text: string): void => {
      db.transaction(() => db.statement('INSERT INTO notes VALUES (?)').run(text));
    };
    expect(() =>
      db.transaction(() => {
        insert('a');
        insert('b');
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(db.statement('SELECT count(*) AS n FROM notes').get()).toEqual({ n: 0 });
    insert('c');
    expect(db.committed).toBe(1);
    db.close();
  });

  test('one barrier serves all commits made before it', async () => {
    const db = openDatabase(join(dir, 'a.sqlite'), [notes]);
    const waits: Promise<void>[] = [];
    for (let i = 0; i < 50; i += 1) {
      db.transaction(() => db.statement('INSERT INTO notes VALUES (?)').run(String(i)));
      waits.push(db.barrier());
    }
    await Promise.all(waits);
    expect(db.synced).toBe(50);
    db.close();
  });

  test('STORE-1 STORE-2 migrates forward and refuses a newer store by name', () => {
    const path = join(dir, 'a.sqlite');
    openDatabase(path, [notes]).close();
    const db = openDatabase(path, [notes, tags]);
    db.transaction(() => db.statement('INSERT INTO notes VALUES (?, ?)').run('x', 'y'));
    db.close();
    expect(() => openDatabase(path, [notes])).toThrow(/newer Signalbox \(store version 2, .* knows 1\)/);
    expect(faultOf(() => openDatabase(path, [notes]))).toBe('newer');
  });

  test('STORE-1 a migration that fails leaves the store as it was', () => {
    const path = join(dir, 'a.sqlite');
    openDatabase(path, [notes]).close();
    const broken: Migration = (sql) => sql.exec('ALTER TABLE nowhere ADD COLUMN x TEXT');
    expect(() => openDatabase(path, [notes, broken])).toThrow(/nowhere/);
    openDatabase(path, [notes, tags]).close();
  });

  test('STORE-3 says that a damaged file is damaged, and leaves it as it is', () => {
    const path = join(dir, 'a.sqlite');
    const garbage = 'this is no database, whatever its name says'.repeat(100);
    writeFileSync(path, garbage);
    expect(faultOf(() => openDatabase(path, [notes]))).toBe('corrupt');
    expect(() => openDatabase(path, [notes])).toThrow(
      `${path}: the file is damaged; move it away or restore a copy`,
    );
    expect(readFileSync(path, 'utf8')).toBe(garbage);
  });

  test.each([
    ['overwritten', (path: string) => overwrite(path, 4_096 * 3, 'x'.repeat(4_096 * 20))],
    ['cut off', (path: string) => truncateSync(path, 4_096 * 5)],
  ])('STORE-3 says so too of a page that is %s, when it comes to it', (_, damage) => {
    const path = join(dir, 'a.sqlite');
    const db = openDatabase(path, [notes]);
    for (let i = 0; i < 200; i += 1)
      db.transaction(() => db.statement('INSERT INTO notes VALUES (?)').run('x'.repeat(1_000)));
    db.close();
    damage(path);
    expect(
      faultOf(() => {
        const again = openDatabase(path, [notes]);
        try {
          again.statement('SELECT count(*) AS n, max(text) FROM notes').get();
        } finally {
          again.close();
        }
      }),
    ).toBe('corrupt');
  });

  test('STORE-3 a write-ahead log of garbage takes nothing but itself', () => {
    const path = join(dir, 'a.sqlite');
    const db = openDatabase(path, [notes]);
    db.transaction(() => db.statement('INSERT INTO notes VALUES (?)').run('kept'));
    db.close();
    writeFileSync(`${path}-wal`, 'garbage'.repeat(2_000));
    const again = openDatabase(path, [notes]);
    expect(again.statement('SELECT text FROM notes').all()).toEqual([{ text: 'kept' }]);
    again.transaction(() => again.statement('INSERT INTO notes VALUES (?)').run('more'));
    again.close();
    const last = openDatabase(path, [notes]);
    expect(last.statement('SELECT count(*) AS n FROM notes').get()).toEqual({ n: 2 });
    last.close();
  });

  test('STORE-4 names a file that it cannot open, with what to look at', () => {
    const path = join(dir, 'folder');
    mkdirSync(path);
    expect(faultOf(() => openDatabase(path, [notes]))).toBe('access');
    writeFileSync(join(dir, 'file'), '');
    expect(() => openDatabase(join(dir, 'file', 'a.sqlite'), [notes])).toThrow(
      /a\.sqlite: it cannot be opened or written; see to the rights .*\(E[A-Z]+: /,
    );
  });

  test('says that another process holds the file', () => {
    const path = join(dir, 'a.sqlite');
    const db = openDatabase(path, [notes]);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    expect(faultOf(() => db.transaction(() => db.statement('INSERT INTO notes VALUES (1)').run()))).toBe(
      'locked',
    );
    other.close();
    db.close();
  });

  test('a write-ahead log cut off in the middle loses only what came after the cut', async () => {
    const path = join(dir, 'a.sqlite');
    const db = openDatabase(path, [notes]);
    db.transaction(() => db.statement('INSERT INTO notes VALUES (?)').run('first'));
    await db.barrier();
    const length = statSync(`${path}-wal`).size;
    db.transaction(() => db.statement('INSERT INTO notes VALUES (?)').run('second'));
    const cut = join(dir, 'cut.sqlite');
    copyFileSync(path, cut);
    copyFileSync(`${path}-wal`, `${cut}-wal`);
    truncateSync(`${cut}-wal`, length + 100);
    const copy = openDatabase(cut, [notes]);
    expect(copy.statement('SELECT text FROM notes').all()).toEqual([{ text: 'first' }]);
    copy.close();
    db.close();
  });
});
