import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { type Migration, openDatabase } from '../../actors/sqlite/database.ts';

/**
 * The upgrade of a store, from each version that ever was. `rows[n]` puts into a store of version n + 1 at least one
 * row for each table that this version made; what its columns held must be there after the last step.
 */
export function storeVersions(name: string, migrations: readonly Migration[], rows: readonly Migration[]) {
  describe(name, () => {
    test('STORE-1 each version has rows to be upgraded', () => {
      expect(rows).toHaveLength(migrations.length);
    });

    test.each(migrations.map((_, index) => index + 1))(
      'STORE-1 of version %i is brought to the newest, with everything in it',
      (version) =>
        inFolder((path) => {
          for (let step = 1; step <= version; step += 1) {
            openDatabase(path, migrations.slice(0, step)).close();
            change(path, rows[step - 1]);
          }
          const before = contentOf(path);
          const empty = Object.keys(before).filter((table) => before[table]?.length === 0);
          expect(empty).toEqual([]);
          openDatabase(path, migrations).close();
          expect(contentOf(path)).toMatchObject(before);
        }),
    );

    test('STORE-2 of a newer version is refused by an older program, which names both and changes nothing', () =>
      inFolder((path) => {
        openDatabase(path, migrations).close();
        change(path, (sql) => sql.exec(`PRAGMA user_version=${migrations.length + 4}`));
        const before = readFileSync(path);
        const refusal = new RegExp(
          `${path} was written by a newer Signalbox \\(store version ${migrations.length + 4}, ` +
            `this program knows ${migrations.length}\\)`,
        );
        expect(() => openDatabase(path, migrations)).toThrow(refusal);
        expect(readFileSync(path).equals(before)).toBe(true);
      }));
  });
}

function inFolder(work: (path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-versions-'));
  try {
    work(join(folder, 'a.sqlite'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function change(path: string, work: Migration | undefined): void {
  const sql = new DatabaseSync(path);
  work?.(sql);
  sql.close();
}

/** Every row of every table; a store whose references lead nowhere is none. */
function contentOf(path: string): Record<string, unknown[]> {
  const sql = new DatabaseSync(path);
  expect(sql.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  const tables = sql
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .all() as { name: string }[];
  const content = tables.map(({ name }) => [
    name,
    sql.prepare(`SELECT * FROM "${name}" ORDER BY 1, 2`).all(),
  ]);
  sql.close();
  return Object.fromEntries(content);
}
