import type { Database } from '../../../actors/sqlite/database.ts';
import { KeptRows } from '../../../actors/sqlite/kept-rows.ts';
import type { Mode, SavedRule, Scope } from '../../../machines/ports.ts';
import { scopeKey } from '../../protocol/scope.ts';

/** Who changed something, by the name that the hub knows them by, and when (ISO time). */
export interface Chooser {
  by: string | null;
  at: string;
}

/** What a conversation remembers on this host between its turns. */
export interface ConversationRow {
  id: number;
  hub: string;
  key: string;
  scope: Scope;
  /** Null: never chosen, so the host's default holds (D14). */
  mode: Mode | null;
  /** Null while nobody has chosen; `by` also when the hub did not say who. */
  modeChosen: Chooser | null;
  cwd: string | null;
  cwdChosen: Chooser | null;
  cwdRevision: number;
  paused: boolean;
  rules: SavedRule[];
}

interface Raw {
  id: number;
  hub: string;
  key: string;
  agent_id: string | null;
  conversation_id: string;
  mode: string | null;
  mode_by: string | null;
  mode_at: string | null;
  cwd: string | null;
  cwd_by: string | null;
  cwd_at: string | null;
  cwd_revision: number;
  paused: number;
  rules: string;
}

const chooser = (by: string | null, at: string | null): Chooser | null => (at === null ? null : { by, at });

const read = (raw: Raw): ConversationRow => ({
  id: raw.id,
  hub: raw.hub,
  key: raw.key,
  scope: { agentId: raw.agent_id, conversationId: raw.conversation_id },
  mode: raw.mode as Mode | null,
  modeChosen: chooser(raw.mode_by, raw.mode_at),
  cwd: raw.cwd,
  cwdChosen: chooser(raw.cwd_by, raw.cwd_at),
  cwdRevision: raw.cwd_revision,
  paused: raw.paused === 1,
  rules: JSON.parse(raw.rules) as SavedRule[],
});

/** Rows that are kept in memory: every frame of a conversation asks for its row, several times. */
const KEPT = 256;

export class ConversationStore {
  readonly #db: Database;
  readonly #kept: KeptRows<number, ConversationRow>;
  /** By hub and key; an id is for good. */
  readonly #ids: KeptRows<string, number>;
  constructor(db: Database) {
    this.#db = db;
    this.#kept = new KeptRows(db, KEPT);
    this.#ids = new KeptRows(db, KEPT);
  }

  /** The conversation's row, made when it is not there. */
  ensure(hub: string, scope: Scope): ConversationRow {
    const key = scopeKey(scope.agentId, scope.conversationId);
    const found = this.#find(hub, key);
    if (found) return found;
    this.#db.transaction(() => {
      this.#db
        .statement('INSERT INTO conversations (hub, key, agent_id, conversation_id) VALUES (?, ?, ?, ?)')
        .run(hub, key, scope.agentId, scope.conversationId);
    });
    return this.#find(hub, key) as ConversationRow;
  }

  get(id: number): ConversationRow {
    return this.#kept.get(id, () =>
      read(this.#db.statement('SELECT * FROM conversations WHERE id = ?').get(id) as unknown as Raw),
    ) as ConversationRow;
  }

  /** Conversations of this hub that are not idle: a turn is open or inputs wait. */
  open(hub: string): ConversationRow[] {
    return (
      this.#db
        .statement(
          `SELECT * FROM conversations c WHERE hub = ? AND (
             EXISTS (SELECT 1 FROM turns t WHERE t.conversation = c.id AND t.state = 'open')
             OR EXISTS (SELECT 1 FROM inputs i WHERE i.conversation = c.id AND i.state IN ('queued', 'taken')))
           ORDER BY id`,
        )
        .all(hub) as unknown as Raw[]
    ).map(read);
  }

  setMode(id: number, mode: Mode, { by, at }: Chooser): void {
    this.#write(id, 'mode = ?, mode_by = ?, mode_at = ?', mode, by, at);
  }

  setCwd(id: number, cwd: string, { by, at }: Chooser): void {
    this.#write(id, 'cwd = ?, cwd_by = ?, cwd_at = ?, cwd_revision = cwd_revision + 1', cwd, by, at);
  }

  /** A refused change still raises the revision, so that a client takes back what it showed early. */
  touchCwd(id: number): void {
    this.#write(id, 'cwd_revision = cwd_revision + 1');
  }

  setPaused(id: number, paused: boolean): void {
    // Every input takes a pause back, and nearly always there is none: nothing to write then.
    if (this.get(id).paused !== paused) this.#write(id, 'paused = ?', paused ? 1 : 0);
  }

  addRule(id: number, rule: SavedRule): void {
    const rules = this.get(id).rules;
    const text = JSON.stringify(rule);
    if (rules.some((known) => JSON.stringify(known) === text)) return;
    this.#write(id, 'rules = ?', JSON.stringify([...rules, rule]));
  }

  #find(hub: string, key: string): ConversationRow | null {
    const id = this.#ids.get(`${hub}\n${key}`, () => {
      const row = this.#db
        .statement('SELECT id FROM conversations WHERE hub = ? AND key = ?')
        .get(hub, key) as { id: number } | undefined;
      return row?.id ?? null;
    });
    return id === null ? null : this.get(id);
  }

  #write(id: number, change: string, ...values: (string | number | null)[]): void {
    this.#kept.drop(id);
    this.#db.statement(`UPDATE conversations SET ${change} WHERE id = ?`).run(...values, id);
  }
}
