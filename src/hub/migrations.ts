import type { Migration } from '../../actors/sqlite/database.ts';
import { createRelayTables } from './registry/tables.ts';
import { createDataTables } from './store/tables.ts';

/** The steps of hub.sqlite, for good: a step that was published is never changed, only followed. */
export const hubMigrations: readonly Migration[] = [
  (sql) => {
    createDataTables(sql);
    createRelayTables(sql);
  },
];
