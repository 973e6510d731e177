import type { Database } from '../../../actors/sqlite/database.ts';

/** The host's own name on its machine, made once: it marks the processes that its calls start. */
export function hostInstance(db: Database, make: () => string): string {
  const find = (): string | undefined =>
    (db.statement("SELECT value FROM meta WHERE key = 'instance'").get() as { value: string } | undefined)
      ?.value;
  return (
    find() ??
    db.transaction(() => {
      const made = make();
      db.statement("INSERT INTO meta (key, value) VALUES ('instance', ?)").run(made);
      return made;
    })
  );
}
