import type { Database } from './database.ts';

/**
 * Rows that are asked for again and again, kept as they were read. Who writes a row drops it here; what a transaction
 * that came to nothing may have left is forgotten by itself. Nobody may change what is in here.
 */
export class KeptRows<K, V> {
  readonly #db: Pick<Database, 'undone'>;
  readonly #limit: number;
  readonly #rows = new Map<K, V>();
  #undone = 0;

  /** At most `limit` rows; when it is full all of them go. */
  constructor(db: Pick<Database, 'undone'>, limit: number) {
    this.#db = db;
    this.#limit = limit;
  }

  /** The row under `key`; read when it is not here. What is not in the store is not kept. */
  get(key: K, read: () => V | null): V | null {
    if (this.#undone !== this.#db.undone) this.#rows.clear();
    this.#undone = this.#db.undone;
    const kept = this.#rows.get(key);
    if (kept !== undefined) return kept;
    const row = read();
    if (row === null) return null;
    if (this.#rows.size >= this.#limit) this.#rows.clear();
    this.#rows.set(key, row);
    return row;
  }

  drop(key: K): void {
    this.#rows.delete(key);
  }
}
