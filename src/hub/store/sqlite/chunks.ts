import type { Database } from '../../../../actors/sqlite/database.ts';
import { type ChunkBatch, type HubStore, RUNS_WITH_CHUNKS } from '../hub-store.ts';
import { number, type SqlRow, text } from './read.ts';

type ChunkStore = Pick<HubStore, 'chunks' | 'chunksKept' | 'appendChunks'>;

const ofRun = 'run = (SELECT n FROM runs WHERE id = ?)';

export function createChunkStore(db: Database): ChunkStore {
  return {
    chunks(runId, after) {
      const rows = db
        .statement(`SELECT first, texts FROM chunks WHERE ${ofRun} AND last > ? ORDER BY first`)
        .all(runId, after) as SqlRow[];
      return rows.flatMap((row) =>
        text(row, 'texts')
          .split('\n')
          .map((chunk, index) => ({ seq: number(row, 'first') + index, text: chunk }))
          .filter((chunk) => chunk.seq > after),
      );
    },
    chunksKept(runId) {
      return db.statement(`SELECT 1 FROM chunks WHERE ${ofRun} LIMIT 1`).get(runId) !== undefined;
    },
    appendChunks(runId, batch) {
      db.transaction(() => {
        const row = db.statement('SELECT n FROM runs WHERE id = ?').get(runId) as SqlRow | undefined;
        if (row) insertChunks(db, number(row, 'n'), batch);
      });
    },
  };
}

/** A chunk is one line of JSON, so a batch is its lines. */
export function insertChunks(db: Database, run: number, batch: ChunkBatch): void {
  if (batch.texts.length === 0) return;
  db.statement('INSERT INTO chunks (run, first, last, texts) VALUES (?, ?, ?, ?)').run(
    run,
    batch.first,
    batch.first + batch.texts.length - 1,
    batch.texts.join('\n'),
  );
}

/** With run `ordinal` ended, the one that is now too old gives up its chunks. */
export function pruneChunks(db: Database, conversation: number, ordinal: number): void {
  db.statement(
    'DELETE FROM chunks WHERE run = (SELECT n FROM runs WHERE conversation = ? AND ordinal = ?)',
  ).run(conversation, ordinal - RUNS_WITH_CHUNKS);
}
