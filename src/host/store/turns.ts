import type { Database } from '../../../actors/sqlite/database.ts';
import type { JsonObject } from '../../../machines/ports.ts';

export interface TurnRow {
  id: string;
  conversation: number;
  optionsKey: string;
  step: number;
  /** How many starts of the host in a row found it cut off. */
  starts: number;
  cancelled: boolean;
}

export interface StepRow {
  turn: string;
  step: number;
  /** The body of the POST, always the same for one step. */
  messages: JsonObject[];
  run: string | null;
  ended: boolean;
}

interface RawTurn {
  id: string;
  conversation: number;
  options: string;
  step: number;
  starts: number;
  cancelled_at: string | null;
}
interface RawStep {
  turn: string;
  step: number;
  messages: string;
  run: string | null;
  ended: number;
}

const readTurn = (raw: RawTurn): TurnRow => ({
  id: raw.id,
  conversation: raw.conversation,
  optionsKey: raw.options,
  step: raw.step,
  starts: raw.starts,
  cancelled: raw.cancelled_at !== null,
});

/** Turns and their steps. A turn's inputs and step number are here before the hub hears of them. */
export class TurnStore {
  readonly #db: Database;
  constructor(db: Database) {
    this.#db = db;
  }

  open(id: string, conversation: number, optionsKey: string, messages: JsonObject[]): void {
    this.#db
      .statement("INSERT INTO turns (id, conversation, state, options, step) VALUES (?, ?, 'open', ?, 1)")
      .run(id, conversation, optionsKey);
    this.#insertStep(id, 1, messages);
  }

  /** Forgets a turn that never began because another environment held the conversation. */
  drop(id: string): void {
    this.#db.statement('DELETE FROM steps WHERE turn = ?').run(id);
    this.#db.statement('DELETE FROM turns WHERE id = ?').run(id);
  }

  openStep(id: string, step: number, messages: JsonObject[]): void {
    this.#db.statement('UPDATE turns SET step = ? WHERE id = ?').run(step, id);
    this.#insertStep(id, step, messages);
  }

  endStep(id: string, step: number, run: string): void {
    this.#db.statement('UPDATE steps SET run = ?, ended = 1 WHERE turn = ? AND step = ?').run(run, id, step);
    this.#db.statement('UPDATE turns SET starts = 0 WHERE id = ?').run(id);
  }

  cancel(id: string, by: string | null, at: string): boolean {
    const { changes } = this.#db
      .statement(
        `UPDATE turns SET cancelled_by = coalesce(cancelled_by, ?), cancelled_at = coalesce(cancelled_at, ?)
         WHERE id = ? AND state = 'open'`,
      )
      .run(by ?? '', at, id);
    return changes === 1;
  }

  end(id: string, stopReason: string, error: string | null): void {
    this.#db
      .statement("UPDATE turns SET state = 'ended', stop_reason = ?, error = ? WHERE id = ?")
      .run(stopReason, error, id);
    this.#db.statement('DELETE FROM steps WHERE turn = ?').run(id);
  }

  /**
   * A start of the host found these turns cut off: open, and not just waiting for a person. The count begins anew
   * with each step that comes to its end.
   */
  countCutOffs(): void {
    this.#db
      .statement(
        `UPDATE turns SET starts = starts + 1 WHERE state = 'open' AND cancelled_at IS NULL AND NOT EXISTS (
           SELECT 1 FROM calls c WHERE c.turn = turns.id AND c.shown IS NOT NULL
             AND c.decision IS NULL AND c.outcome IS NULL)`,
      )
      .run();
  }

  get(id: string): (TurnRow & { open: boolean }) | null {
    const raw = this.#db.statement('SELECT * FROM turns WHERE id = ?').get(id) as unknown as
      | (RawTurn & { state: string })
      | undefined;
    return raw ? { ...readTurn(raw), open: raw.state === 'open' } : null;
  }

  openOf(conversation: number): TurnRow | null {
    const raw = this.#db
      .statement("SELECT * FROM turns WHERE conversation = ? AND state = 'open'")
      .get(conversation) as unknown as RawTurn | undefined;
    return raw ? readTurn(raw) : null;
  }

  step(id: string, step: number): StepRow | null {
    const raw = this.#db
      .statement('SELECT * FROM steps WHERE turn = ? AND step = ?')
      .get(id, step) as unknown as RawStep | undefined;
    return raw
      ? {
          turn: raw.turn,
          step: raw.step,
          messages: JSON.parse(raw.messages) as JsonObject[],
          run: raw.run,
          ended: raw.ended === 1,
        }
      : null;
  }

  #insertStep(id: string, step: number, messages: JsonObject[]): void {
    this.#db
      .statement('INSERT OR REPLACE INTO steps (turn, step, messages) VALUES (?, ?, ?)')
      .run(id, step, JSON.stringify(messages));
  }
}
