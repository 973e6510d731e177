import type { Database } from '../../../actors/sqlite/database.ts';
import type { Mode, SavedRule, Scope } from '../../../machines/ports.ts';
import { scopeKey } from '../../protocol/scope.ts';

/** What a conversation remembers on this host between its turns. */
export interface ConversationRow {
  id: number;
  hub: string;
  key: string;
  scope: Scope;
  /** Null: never chosen, so the host's default holds (D14). */
  mode: Mode | null;
  cwd: string | null;
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
  cwd: string | null;
  cwd_revision: number;
  paused: number;
  rules: string;
}

const read = (raw: Raw): ConversationRow => ({
  id: raw.id,
  hub: raw.hub,
  key: raw.key,
  scope: { agentId: raw.agent_id, conversationId: raw.conversation_id },
  mode: raw.mode as Mode | null,
  cwd: raw.cwd,
  cwdRevision: raw.cwd_revision,
  paused: raw.paused === 1,
  rules: JSON.parse(raw.rules) as SavedRule[],
});

export class ConversationStore {
  readonly #db: Database;
  constructor(db: Database) {
    this.#db = db;
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
    return read(this.#db.statement('SELECT * FROM conversations WHERE id = ?').get(id) as unknown as Raw);
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

  setMode(id: number, mode: Mode): void {
    this.#db.statement('UPDATE conversations SET mode = ? WHERE id = ?').run(mode, id);
  }

  setCwd(id: number, cwd: string): void {
    this.#db
      .statement('UPDATE conversations SET cwd = ?, cwd_revision = cwd_revision + 1 WHERE id = ?')
      .run(cwd, id);
  }

  /** A refused change still raises the revision, so that a client takes back what it showed early. */
  touchCwd(id: number): void {
    this.#db.statement('UPDATE conversations SET cwd_revision = cwd_revision + 1 WHERE id = ?').run(id);
  }

  setPaused(id: number, paused: boolean): void {
    this.#db.statement('UPDATE conversations SET paused = ? WHERE id = ?').run(paused ? 1 : 0, id);
  }

  addRule(id: number, rule: SavedRule): void {
    const rules = this.get(id).rules;
    const text = JSON.stringify(rule);
    if (rules.some((known) => JSON.stringify(known) === text)) return;
    this.#db
      .statement('UPDATE conversations SET rules = ? WHERE id = ?')
      .run(JSON.stringify([...rules, rule]), id);
  }

  #find(hub: string, key: string): ConversationRow | null {
    const raw = this.#db
      .statement('SELECT * FROM conversations WHERE hub = ? AND key = ?')
      .get(hub, key) as unknown as Raw | undefined;
    return raw ? read(raw) : null;
  }
}
