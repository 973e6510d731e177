import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, type Migration, openDatabase } from '../../../actors/sqlite/database.ts';
import { syncMarksPath } from '../../../actors/sqlite/sync-marks.ts';
import { cutPower } from '../../chaos/power-cut.ts';

const notes: Migration = (sql) => sql.exec('CREATE TABLE notes (n INTEGER PRIMARY KEY, text TEXT)');

let dir: string;
let marks: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'signalbox-marks-'));
  marks = join(dir, 'marks');
  process.env.SIGNALBOX_SYNC_MARKS = marks;
});
afterEach(() => {
  delete process.env.SIGNALBOX_SYNC_MARKS;
  rmSync(dir, { recursive: true, force: true });
});

const write = (db: Database, text: string): void => {
  db.transaction(() => db.statement('INSERT INTO notes (text) VALUES (?)').run(text));
};
const textsIn = (db: Database): unknown[] =>
  db
    .statement('SELECT text FROM notes ORDER BY n')
    .all()
    .map(({ text }) => text);

/** The store as it is found after a power cut at this moment. */
function afterPowerCut(path: string): { texts: unknown[]; sound: unknown } {
  const copy = mkdtempSync(join(dir, 'cut-'));
  for (const end of ['', '-wal', '-shm'])
    if (existsSync(path + end)) copyFileSync(path + end, join(copy, `a.sqlite${end}`));
  const store = join(copy, 'a.sqlite');
  if (existsSync(syncMarksPath(marks, path)))
    copyFileSync(syncMarksPath(marks, path), syncMarksPath(marks, store));
  cutPower(store, marks);
  const db = openDatabase(store, [notes]);
  const found = { texts: textsIn(db), sound: db.statement('PRAGMA integrity_check').all() };
  db.close();
  return found;
}

describe('marks of what is on disk', () => {
  test('a power cut takes what no barrier covered, and nothing else', async () => {
    const path = join(dir, 'a.sqlite');
    const db = openDatabase(path, [notes]);
    write(db, 'kept');
    await db.barrier();
    write(db, 'lost');
    expect(afterPowerCut(path).texts).toEqual(['kept']);
    await db.barrier();
    expect(afterPowerCut(path).texts).toEqual(['kept', 'lost']);
    db.close();
  });

  test('what is written while a barrier runs is not covered by it', async () => {
    const path = join(dir, 'a.sqlite');
    const db = openDatabase(path, [notes]);
    write(db, 'before');
    const barrier = db.barrier();
    await new Promise((resolve) => setImmediate(resolve));
    write(db, 'meanwhile');
    await barrier;
    expect(afterPowerCut(path).texts).toEqual(['before']);
    db.close();
  });

  test('what is written in the turn of the event loop that asks for a barrier is covered by it', async () => {
    const path = join(dir, 'a.sqlite');
    const db = openDatabase(path, [notes]);
    write(db, 'before');
    const barrier = db.barrier();
    write(db, 'in the same turn');
    await barrier;
    expect(db.synced).toBe(db.committed);
    expect(afterPowerCut(path).texts).toEqual(['before', 'in the same turn']);
    db.close();
  });

  test('what an earlier life wrote and did not sync is covered by the first barrier of the next', async () => {
    const path = join(dir, 'a.sqlite');
    const dead = openDatabase(path, [notes]);
    write(dead, 'found');
    const db = openDatabase(path, [notes]);
    expect(afterPowerCut(path).texts).toEqual([]);
    await db.barrier();
    expect(afterPowerCut(path).texts).toEqual(['found']);
    db.close();
    dead.close();
  });

  test('without the setting nothing is left behind', async () => {
    delete process.env.SIGNALBOX_SYNC_MARKS;
    const path = join(dir, 'a.sqlite');
    const db = openDatabase(path, [notes]);
    write(db, 'x');
    await db.barrier();
    db.close();
    expect(existsSync(marks)).toBe(false);
  });

  test('G-9 after a power cut at any moment the store is sound and holds all that a barrier promised', async () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 5, arbitrary: fc.constant('write' as const) },
        { weight: 2, arbitrary: fc.constant('barrier' as const) },
        { weight: 1, arbitrary: fc.constant('large' as const) },
        { weight: 1, arbitrary: fc.constantFrom('PASSIVE', 'RESTART', 'TRUNCATE') },
        { weight: 2, arbitrary: fc.constant('cut' as const) },
      ),
      { minLength: 5, maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (walk) => {
        const path = join(mkdtempSync(join(dir, 'walk-')), 'a.sqlite');
        const db = openDatabase(path, [notes]);
        let written = 0;
        let promised = 0;
        for (const step of [...walk, 'cut']) {
          if (step === 'write' || step === 'large') {
            written += 1;
            // A large one passes the thousand pages at which SQLite itself makes a checkpoint.
            write(db, `${written} ${'x'.repeat(step === 'large' ? 5_000_000 : 100)}`);
          } else if (step === 'barrier') {
            await db.barrier();
            promised = written;
          } else if (step === 'cut') {
            const { texts, sound } = afterPowerCut(path);
            expect(sound).toEqual([{ integrity_check: 'ok' }]);
            expect(texts.length).toBeGreaterThanOrEqual(promised);
            expect(texts.map((text) => Number.parseInt(String(text), 10))).toEqual(
              Array.from(texts, (_, index) => index + 1),
            );
          } else db.statement(`PRAGMA wal_checkpoint(${step})`).all();
        }
        db.close();
      }),
      { numRuns: 25 },
    );
  });

  test('marks name the log they are of', async () => {
    const path = join(dir, 'a.sqlite');
    const db = openDatabase(path, [notes]);
    write(db, 'x');
    await db.barrier();
    const [first] = readFileSync(syncMarksPath(marks, path), 'utf8').split('\n');
    const wal = readFileSync(`${path}-wal`);
    expect(JSON.parse(first ?? '')).toEqual({
      salt: wal.toString('hex', 16, 24),
      frames: (wal.length - 32) / 4120,
    });
    db.close();
  });
});
