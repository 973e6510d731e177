import type { Database } from '../../../actors/sqlite/database.ts';
import type { Decision, JsonObject, ProposedCall, Standing, ToolOutcome } from '../../../machines/ports.ts';

/** One tool call as the host remembers it: what was proposed, shown, decided, begun, and what came of it. */
export interface CallRow {
  id: number;
  conversation: number;
  turn: string;
  step: number;
  proposed: ProposedCall;
  shown: (Standing & { kind: 'asking' }) | null;
  decision: Decision | null;
  decidedBy: string | null;
  decidedAt: string | null;
  /** The final arguments; present once the call may have begun. */
  intent: JsonObject | null;
  outcome: ToolOutcome | null;
}

interface Raw {
  id: number;
  conversation: number;
  turn: string;
  step: number;
  call: string;
  name: string;
  arguments: string;
  shown: string | null;
  decision: string | null;
  decided_by: string | null;
  decided_at: string | null;
  intent: string | null;
  outcome: string | null;
}

const parse = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T));

const read = (raw: Raw): CallRow => ({
  id: raw.id,
  conversation: raw.conversation,
  turn: raw.turn,
  step: raw.step,
  proposed: { id: raw.call, name: raw.name, arguments: raw.arguments },
  shown: parse(raw.shown),
  decision: parse(raw.decision),
  decidedBy: raw.decided_by,
  decidedAt: raw.decided_at,
  intent: parse(raw.intent),
  outcome: parse(raw.outcome),
});

const PENDING = `calls c JOIN turns t ON t.id = c.turn
  WHERE t.conversation = ? AND t.state = 'open' AND t.cancelled_at IS NULL
    AND c.shown IS NOT NULL AND c.decision IS NULL AND c.outcome IS NULL`;

export class CallStore {
  readonly #db: Database;
  constructor(db: Database) {
    this.#db = db;
  }

  propose(conversation: number, turn: string, step: number, calls: readonly ProposedCall[]): void {
    const insert = this.#db.statement(
      `INSERT OR IGNORE INTO calls (conversation, turn, step, call, name, arguments) VALUES (?, ?, ?, ?, ?, ?)`,
    );
    for (const call of calls) insert.run(conversation, turn, step, call.id, call.name, call.arguments);
  }

  ofStep(turn: string, step: number): CallRow[] {
    return (
      this.#db
        .statement('SELECT * FROM calls WHERE turn = ? AND step = ? ORDER BY id')
        .all(turn, step) as unknown as Raw[]
    ).map(read);
  }

  /** The newest call of that id in the conversation. Ids are the hub's own and do not repeat there. */
  find(conversation: number, callId: string): CallRow | null {
    const raw = this.#db
      .statement('SELECT * FROM calls WHERE conversation = ? AND call = ? ORDER BY id DESC LIMIT 1')
      .get(conversation, callId) as unknown as Raw | undefined;
    return raw ? read(raw) : null;
  }

  /** Calls of open turns that were shown to people and have no answer yet, oldest first. */
  pending(conversation: number, most = -1): CallRow[] {
    // The limit is no parameter: for a bound one SQLite makes its plan anew each time, which costs ten times the search.
    const statement = this.#db.statement(`SELECT c.* FROM ${PENDING} ORDER BY c.id LIMIT ${most}`);
    return (statement.all(conversation) as unknown as Raw[]).map(read);
  }

  countPending(conversation: number): number {
    const row = this.#db.statement(`SELECT count(*) AS n FROM ${PENDING}`).get(conversation) as { n: number };
    return row.n;
  }

  show(id: number, standing: Standing & { kind: 'asking' }): void {
    this.#db.statement('UPDATE calls SET shown = ? WHERE id = ?').run(JSON.stringify(standing), id);
  }

  decide(id: number, decision: Decision, by: string | null, at: string): void {
    this.#db
      .statement('UPDATE calls SET decision = ?, decided_by = ?, decided_at = ? WHERE id = ?')
      .run(JSON.stringify(decision), by, at, id);
  }

  intend(turn: string, callId: string, args: JsonObject): void {
    this.#db
      .statement('UPDATE calls SET intent = ? WHERE turn = ? AND call = ?')
      .run(JSON.stringify(args), turn, callId);
  }

  settle(turn: string, callId: string, outcome: ToolOutcome): void {
    this.#db
      .statement('UPDATE calls SET outcome = ? WHERE turn = ? AND call = ? AND outcome IS NULL')
      .run(JSON.stringify(outcome), turn, callId);
  }

  /** Calls of open turns that may have begun and whose outcome nobody wrote down. */
  begunWithoutOutcome(): CallRow[] {
    return (
      this.#db
        .statement(
          `SELECT c.* FROM calls c JOIN turns t ON t.id = c.turn
           WHERE t.state = 'open' AND c.intent IS NOT NULL AND c.outcome IS NULL`,
        )
        .all() as unknown as Raw[]
    ).map(read);
  }

  /** The transcript has the results; what stays is who decided what, for whoever answers too late. */
  forgetBodies(turn: string): void {
    this.#db
      .statement(
        `UPDATE calls SET arguments = '', shown = NULL, intent = NULL,
           outcome = '{"status":"success","text":""}' WHERE turn = ?`,
      )
      .run(turn);
    this.#db.statement('DELETE FROM calls WHERE turn = ? AND decision IS NULL').run(turn);
  }
}
