import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../actors/sqlite/database.ts';
import { createSqliteHubStore } from '../../../src/hub/store/sqlite/store.ts';
import { createDataTables } from '../../../src/hub/store/tables.ts';
import { hubStoreSuite } from './suite.ts';

hubStoreSuite('the store on SQLite', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'signalbox-store-'));
  const path = join(dir, 'hub.sqlite');
  let db = openDatabase(path, [createDataTables]);
  const reopened = () => {
    db.close();
    db = openDatabase(path, [createDataTables]);
    return createSqliteHubStore(db);
  };
  const under = {
    store: createSqliteHubStore(db),
    async reopen() {
      under.store = reopened();
      return under.store;
    },
    async close() {
      db.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return under;
});
