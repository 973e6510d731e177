import type { Database } from '../../../actors/sqlite/database.ts';
import type { Content } from '../../protocol/content.ts';
import type { HeldItem } from '../../protocol/relay.ts';
import type { Runtime } from '../../protocol/scope.ts';

export const BAG_ITEMS = 200;
export const BAG_BYTES = 8 * 1024 * 1024;
export const BAG_LIFE_MS = 7 * 24 * 60 * 60 * 1000;

export type HeldKind = HeldItem['kind'];

/** A frame that can wait for its host, with the scope it belongs to. */
export interface Holdable {
  scope: string;
  kind: HeldKind;
  /** `client_message_id`, the approval's `request_id`, or the `turn_id`. */
  key: string;
  frame: Record<string, unknown> & { runtime: Runtime };
  /** Epoch milliseconds after which it is not handed over any more. */
  until: number;
}

/** A frame in the bag. Times are epoch milliseconds. */
export interface Held extends Holdable {
  id: number;
  environmentId: string;
  heldAt: number;
  /** True when it may have reached the host: from then on the host decides about a withdrawal. */
  sent: boolean;
  /** True when somebody wants it back. */
  withdraw: boolean;
}

export interface Bag {
  /** Puts a frame in, behind what is there. Refuses by name when there is no room. */
  put(environmentId: string, holdable: Holdable, sent: boolean, now: number): PutResult;
  get(id: number): Held | null;
  find(environmentId: string, scope: string, kind: HeldKind, key: string): Held | null;
  /** True while an input waits for this conversation: later ones go in behind. */
  holdsInput(environmentId: string, scope: string): boolean;
  /** Oldest first. */
  list(environmentId: string, scope?: string): Held[];
  /** What may leave next: the oldest input of each conversation, and all that is no input. */
  heads(environmentId: string): Held[];
  count(environmentId: string): number;
  markSent(id: number): void;
  markWithdraw(id: number): void;
  remove(id: number): void;
  /** What may not be handed over any more. */
  expired(now: number): Held[];
  /** An input withdrawn here for good: a later copy of it is refused. */
  bury(scope: string, clientMessageId: string): void;
  isBuried(scope: string, clientMessageId: string): boolean;
}

export type PutResult = { ok: true; held: Held } | { ok: false; error: string };

/** What the hub holds for absent hosts, in its store (design.md 5.5). Writes join the caller's transaction. */
export function createBag(db: Database): Bag {
  const all = (where: string, ...values: (string | number)[]): Held[] =>
    db
      .statement(`SELECT * FROM held WHERE ${where} ORDER BY id`)
      .all(...values)
      .map(read);
  const write = (sql: string, ...values: (string | number)[]): void => {
    db.transaction(() => db.statement(sql).run(...values));
  };
  const bag: Bag = {
    put(environmentId, holdable, sent, now) {
      const { scope, kind, key, until } = holdable;
      const frame = JSON.stringify(holdable.frame);
      const bytes = Buffer.byteLength(frame);
      const full = noRoom(db, environmentId, bytes);
      if (full) return { ok: false, error: full };
      const { lastInsertRowid } = db.transaction(() =>
        db
          .statement(
            `INSERT INTO held (environment_id, scope, kind, key, frame, bytes, held_at, until, sent, withdraw)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
          )
          .run(environmentId, scope, kind, key, frame, bytes, now, until, Number(sent)),
      );
      const id = Number(lastInsertRowid);
      return { ok: true, held: { ...holdable, id, environmentId, heldAt: now, sent, withdraw: false } };
    },
    get: (id) => all('id = ?', id)[0] ?? null,
    find: (environmentId, scope, kind, key) =>
      all('environment_id = ? AND scope = ? AND kind = ? AND key = ?', environmentId, scope, kind, key)[0] ??
      null,
    holdsInput: (environmentId, scope) =>
      db
        .statement("SELECT 1 FROM held WHERE environment_id = ? AND scope = ? AND kind = 'input' LIMIT 1")
        .get(environmentId, scope) !== undefined,
    list: (environmentId, scope) =>
      scope === undefined
        ? all('environment_id = ?', environmentId)
        : all('environment_id = ? AND scope = ?', environmentId, scope),
    heads: (environmentId) =>
      all(
        `environment_id = ? AND (kind <> 'input' OR id IN
           (SELECT min(id) FROM held WHERE environment_id = ? AND kind = 'input' GROUP BY scope))`,
        environmentId,
        environmentId,
      ),
    count: (environmentId) =>
      Number(db.statement('SELECT count(*) AS n FROM held WHERE environment_id = ?').get(environmentId)?.n),
    markSent: (id) => write('UPDATE held SET sent = 1 WHERE id = ?', id),
    markWithdraw: (id) => write('UPDATE held SET withdraw = 1 WHERE id = ?', id),
    remove: (id) => write('DELETE FROM held WHERE id = ?', id),
    expired: (now) => all('until <= ? AND withdraw = 0', now),
    bury: (scope, id) => write('INSERT OR IGNORE INTO withdrawn VALUES (?, ?)', scope, id),
    isBuried: (scope, id) =>
      db.statement('SELECT 1 FROM withdrawn WHERE scope = ? AND client_message_id = ?').get(scope, id) !==
      undefined,
  };
  return bag;
}

function noRoom(db: Database, environmentId: string, bytes: number): string | null {
  const row = db
    .statement(
      'SELECT count(*) AS items, coalesce(sum(bytes), 0) AS bytes FROM held WHERE environment_id = ?',
    )
    .get(environmentId);
  if (Number(row?.items) >= BAG_ITEMS)
    return `the hub already holds ${BAG_ITEMS} inputs for this environment, its limit; withdraw some, or wait until it is back`;
  if (Number(row?.bytes) + bytes > BAG_BYTES)
    return `the inputs held for this environment would exceed ${BAG_BYTES / 1024 / 1024} MiB; withdraw some, or wait until it is back`;
  return null;
}

function read(row: Record<string, unknown>): Held {
  return {
    id: Number(row.id),
    environmentId: String(row.environment_id),
    scope: String(row.scope),
    kind: row.kind as HeldKind,
    key: String(row.key),
    frame: JSON.parse(String(row.frame)) as Held['frame'],
    heldAt: Number(row.held_at),
    until: Number(row.until),
    sent: Boolean(row.sent),
    withdraw: Boolean(row.withdraw),
  };
}

/** A held frame as clients see it. */
export function heldItem(held: Held): HeldItem {
  const { messages } = (held.frame.payload ?? {}) as { messages?: { content: Content }[] };
  const content = messages?.[0]?.content;
  return {
    kind: held.kind,
    id: held.key,
    ...(content === undefined ? {} : { content }),
    acting_user_id: held.frame.runtime.acting_user_id ?? null,
    held_at: new Date(held.heldAt).toISOString(),
    until: new Date(held.until).toISOString(),
  };
}
