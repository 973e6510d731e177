import type { Database } from '../../../actors/sqlite/database.ts';
import type { JsonObject, QueuedInput, Submission } from '../../../machines/ports.ts';

/** Inputs that may wait in one conversation; more are refused, none is dropped for room. */
export const QUEUE_LIMIT = 300;

/** As the index of open inputs has it, word by word: SQLite uses it for no other, and would read all that ever came. */
const OPEN = "conversation = ? AND state IN ('queued', 'taken')";

export type Accepted =
  | { kind: 'accepted'; item: QueuedInput }
  | { kind: 'repeated'; disposition: 'started' | 'queued' }
  | { kind: 'withdrawn' }
  | { kind: 'full'; waiting: number };

interface Raw {
  seq: number;
  client_message_id: string;
  messages: string;
  options: string;
  sender: string | null;
  at: string;
  state: string;
  disposition: string;
  turn: string | null;
}

const read = (raw: Raw): QueuedInput => ({
  id: `q-${raw.seq}`,
  seq: raw.seq,
  clientMessageId: raw.client_message_id,
  messages: JSON.parse(raw.messages) as JsonObject[],
  optionsKey: raw.options,
  sender: raw.sender,
  enqueuedAt: raw.at,
});

/** Inputs of all conversations, for good: a `client_message_id` is never taken twice (D3). */
export class InputStore {
  readonly #db: Database;
  constructor(db: Database) {
    this.#db = db;
  }

  /** Takes an input in, once. `disposition` is what a repeat will be told. */
  accept(conversation: number, submission: Submission, disposition: 'started' | 'queued'): Accepted {
    const known = this.#find(conversation, submission.clientMessageId);
    if (known)
      return known.state === 'withdrawn'
        ? { kind: 'withdrawn' }
        : { kind: 'repeated', disposition: known.disposition as 'started' | 'queued' };
    const waiting = this.#waiting(conversation);
    if (waiting >= QUEUE_LIMIT) return { kind: 'full', waiting };
    const { lastInsertRowid } = this.#db
      .statement(
        `INSERT INTO inputs (conversation, client_message_id, messages, options, sender, at, state, disposition)
         VALUES (?, ?, ?, ?, ?, ?, 'queued', ?)`,
      )
      .run(
        conversation,
        submission.clientMessageId,
        JSON.stringify(submission.messages),
        submission.optionsKey,
        submission.sender,
        submission.at,
        disposition,
      );
    const seq = Number(lastInsertRowid);
    return {
      kind: 'accepted',
      item: {
        id: `q-${seq}`,
        seq,
        clientMessageId: submission.clientMessageId,
        messages: submission.messages,
        optionsKey: submission.optionsKey,
        sender: submission.sender,
        enqueuedAt: submission.at,
      },
    };
  }

  /**
   * Takes an input back. One that was never seen leaves a tombstone, so that a late copy is refused; one that a
   * turn has taken, or that has ended, stays as it is.
   */
  withdraw(conversation: number, clientMessageId: string, at: string): 'withdrawn' | 'already_dequeued' {
    const known = this.#find(conversation, clientMessageId);
    if (!known) {
      this.#db
        .statement(
          `INSERT INTO inputs (conversation, client_message_id, messages, options, at, state, disposition)
           VALUES (?, ?, '[]', '{}', ?, 'withdrawn', 'queued')`,
        )
        .run(conversation, clientMessageId, at);
      return 'withdrawn';
    }
    if (known.state === 'withdrawn') return 'withdrawn';
    if (known.state !== 'queued') return 'already_dequeued';
    this.#db.statement("UPDATE inputs SET state = 'withdrawn', messages = '[]' WHERE seq = ?").run(known.seq);
    return 'withdrawn';
  }

  /** What waits, in the order accepted. */
  queued(conversation: number): QueuedInput[] {
    return (
      this.#db
        .statement(`SELECT * FROM inputs WHERE ${OPEN} AND state = 'queued' ORDER BY seq`)
        .all(conversation) as unknown as Raw[]
    ).map(read);
  }

  ofTurn(turn: string): QueuedInput[] {
    return (
      this.#db.statement('SELECT * FROM inputs WHERE turn = ? ORDER BY seq').all(turn) as unknown as Raw[]
    ).map(read);
  }

  take(turn: string, seqs: readonly number[]): void {
    const take = this.#db.statement(
      "UPDATE inputs SET state = 'taken', turn = ? WHERE seq = ? AND state = 'queued'",
    );
    for (const seq of seqs)
      if (take.run(turn, seq).changes !== 1) throw new Error(`input q-${seq} is not queued`);
  }

  giveBack(turn: string): void {
    this.#db.statement("UPDATE inputs SET state = 'queued', turn = NULL WHERE turn = ?").run(turn);
  }

  /** The texts live on in the transcript; what stays here is the key that makes a retry safe. */
  end(turn: string, state: 'answered' | 'failed' | 'cancelled'): void {
    this.#db.statement("UPDATE inputs SET state = ?, messages = '[]' WHERE turn = ?").run(state, turn);
  }

  #find(conversation: number, clientMessageId: string): Raw | undefined {
    return this.#db
      .statement('SELECT * FROM inputs WHERE conversation = ? AND client_message_id = ?')
      .get(conversation, clientMessageId) as unknown as Raw | undefined;
  }

  #waiting(conversation: number): number {
    const row = this.#db
      .statement(`SELECT count(*) AS n FROM inputs WHERE ${OPEN} AND state = 'queued'`)
      .get(conversation) as { n: number };
    return row.n;
  }
}
