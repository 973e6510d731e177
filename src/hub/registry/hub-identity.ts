import type { Database } from '../../../actors/sqlite/database.ts';

/** The hub's own id, made once and kept with its store: a host's rows carry it. */
export function hubIdentity(db: Database, newId: () => string): string {
  return db.transaction(() => {
    const row = db.statement("SELECT value FROM hub WHERE key = 'id'").get();
    if (row) return String(row.value);
    const made = `hub-${newId()}`;
    db.statement("INSERT INTO hub (key, value) VALUES ('id', ?)").run(made);
    return made;
  });
}
