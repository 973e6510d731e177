import type { Database } from '../../../actors/sqlite/database.ts';

/** Says that this life of the host ended because it was told to, not because something went wrong. */
export function noteOrderlyEnd(db: Database): void {
  db.transaction(() =>
    db.statement("INSERT OR REPLACE INTO meta (key, value) VALUES ('orderly_end', '1')").run(),
  );
}

/** Whether the last life ended so; asking takes the note away, so that it speaks of one life only. */
export function takeOrderlyEnd(db: Database): boolean {
  return db.statement("DELETE FROM meta WHERE key = 'orderly_end'").run().changes === 1;
}
