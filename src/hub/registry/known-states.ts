import type { Database } from '../../../actors/sqlite/database.ts';
import { StoreError } from '../../../actors/sqlite/store-error.ts';
import { dropOldest } from '../drop-oldest.ts';

/** What a host last said of a conversation: `device` its own state, `loop` the turn's, `queue` what waits. */
export type StateKind = 'device' | 'loop' | 'queue';

export interface KnownState {
  value: unknown;
  /** Epoch milliseconds at which the hub heard it. */
  at: number;
}

export interface KnownStates {
  set(environmentId: string, scope: string, kind: StateKind, value: unknown, at: number): void;
  get(environmentId: string, scope: string, kind: StateKind): KnownState | null;
  /** The conversations that are not at rest by what the environment's host said last. */
  restless(environmentId: string): string[];
  /** The mode that the environment's host showed last, of whatever conversation; null when it never did. */
  lastMode(environmentId: string): string | null;
  forget(environmentId: string): void;
  /** Writes what is not written yet. */
  flush(): void;
}

/** A burst of statuses is written once. What a crash takes of it, the host says again. */
const WRITE_AFTER_MS = 100;
const RETRY_AFTER_MS = 5_000;
/** States kept in memory; older ones are read from the store when they are asked for. */
const CACHED = 3_000;

/** The last known state of each conversation on each host: a copy with its time, never decided from. */
export function createKnownStates(db: Database): KnownStates {
  const cache = new Map<string, KnownState>();
  const unwritten = new Set<string>();
  const modes = new Map<string, string>();
  let timer: NodeJS.Timeout | null = null;
  const keyOf = (...parts: string[]): string => parts.join('\n');

  const flush = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (unwritten.size > 0) write();
    unwritten.clear();
    dropOldest(cache, CACHED);
  };

  const flushLater = (): void => {
    try {
      flush();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // A copy can wait for a disk that is full.
      timer ??= setTimeout(flushLater, RETRY_AFTER_MS);
    }
  };

  const write = (): void => {
    db.transaction(() => {
      const insert = db.statement(
        `INSERT INTO known_states SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM environments WHERE id = ?1)
         ON CONFLICT DO UPDATE SET json = excluded.json, at = excluded.at`,
      );
      for (const key of unwritten) {
        const state = cache.get(key);
        const [environmentId = '', scope = '', kind = ''] = key.split('\n');
        if (state) insert.run(environmentId, scope, kind, JSON.stringify(state.value), state.at);
      }
    });
  };

  return {
    set(environmentId, scope, kind, value, at) {
      const key = keyOf(environmentId, scope, kind);
      cache.delete(key);
      cache.set(key, { value, at });
      unwritten.add(key);
      const mode =
        kind === 'device' ? (value as { current_permission_mode?: unknown })?.current_permission_mode : null;
      if (typeof mode === 'string') modes.set(environmentId, mode);
      timer ??= setTimeout(flushLater, WRITE_AFTER_MS);
    },
    get(environmentId, scope, kind) {
      const cached = cache.get(keyOf(environmentId, scope, kind));
      if (cached) return cached;
      const row = db
        .statement('SELECT json, at FROM known_states WHERE environment_id = ? AND scope = ? AND kind = ?')
        .get(environmentId, scope, kind);
      return row ? { value: JSON.parse(String(row.json)), at: Number(row.at) } : null;
    },
    restless(environmentId) {
      flushLater();
      return db
        .statement(
          `SELECT DISTINCT scope FROM known_states WHERE environment_id = ? AND CASE kind
             WHEN 'loop' THEN json_extract(json, '$.status') <> 'WAITING_ON_INPUT'
             WHEN 'queue' THEN json_array_length(json) > 0
             ELSE json_extract(json, '$.is_processing') OR json_array_length(json, '$.pending_control_requests') > 0 END`,
        )
        .all(environmentId)
        .map(({ scope }) => String(scope));
    },
    lastMode(environmentId) {
      const heard = modes.get(environmentId);
      if (heard !== undefined) return heard;
      const row = db
        .statement(
          `SELECT json_extract(json, '$.current_permission_mode') AS mode FROM known_states
           WHERE environment_id = ? AND kind = 'device' ORDER BY at DESC LIMIT 1`,
        )
        .get(environmentId);
      return typeof row?.mode === 'string' ? row.mode : null;
    },
    forget(environmentId) {
      modes.delete(environmentId);
      for (const key of cache.keys()) if (key.startsWith(`${environmentId}\n`)) cache.delete(key);
    },
    flush,
  };
}
