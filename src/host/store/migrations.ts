import type { Migration } from '../../../actors/sqlite/database.ts';
import { createHostTables } from './tables.ts';

/** Who chose a conversation's mode and directory last, and when (ISO time). */
const keepChoosers: Migration = (sql) =>
  sql.exec(`
    ALTER TABLE conversations ADD COLUMN mode_by TEXT;
    ALTER TABLE conversations ADD COLUMN mode_at TEXT;
    ALTER TABLE conversations ADD COLUMN cwd_by TEXT;
    ALTER TABLE conversations ADD COLUMN cwd_at TEXT;
  `);

/** The steps of host.sqlite, for good: a step that was published is never changed, only followed. */
export const hostMigrations: readonly Migration[] = [createHostTables, keepChoosers];
