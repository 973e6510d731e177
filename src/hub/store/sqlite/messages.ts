import type { Database } from '../../../../actors/sqlite/database.ts';
import type { HubStore } from '../hub-store.ts';
import type { MessageRow, NewMessage } from '../rows.ts';
import { readPage } from './paging.ts';
import { json, jsonOrNull, number, type SqlRow, text, textOrNull, toJson } from './read.ts';

type MessageStore = Pick<
  HubStore,
  | 'listMessages'
  | 'message'
  | 'messageOf'
  | 'messagesFrom'
  | 'messagesByOtid'
  | 'messagesOfRun'
  | 'appendMessages'
>;

const ofConversation = 'conversation = (SELECT n FROM conversations WHERE key = ?)';

export function createMessageStore(db: Database): MessageStore {
  return {
    listMessages(conversation, page) {
      const listed = readPage(
        db,
        {
          select: 'SELECT * FROM messages',
          where: ofConversation,
          parameters: [conversation],
          place: ['seq'],
          placeOf: (id) =>
            db
              .statement(`SELECT seq FROM messages WHERE id = ? AND ${ofConversation}`)
              .get(id, conversation) as SqlRow | undefined,
        },
        page,
      );
      return listed.ok ? { ok: true, rows: listed.rows.map(readMessage) } : listed;
    },
    message(id) {
      const row = db.statement('SELECT * FROM messages WHERE id = ?').get(id);
      return row ? readMessage(row as SqlRow) : null;
    },
    messageOf(conversation, id) {
      const row = db
        .statement(`SELECT * FROM messages WHERE id = ? AND ${ofConversation}`)
        .get(id, conversation);
      return row ? readMessage(row as SqlRow) : null;
    },
    messagesFrom(conversation, seq) {
      const rows = db
        .statement(`SELECT * FROM messages WHERE ${ofConversation} AND seq >= ? ORDER BY seq`)
        .all(conversation, seq) as SqlRow[];
      return rows.map(readMessage);
    },
    messagesByOtid(conversation, otids) {
      const statement = db.statement(`SELECT * FROM messages WHERE ${ofConversation} AND otid = ?`);
      return otids.flatMap((otid) => {
        const row = statement.get(conversation, otid) as SqlRow | undefined;
        return row ? [readMessage(row)] : [];
      });
    },
    messagesOfRun(runId) {
      const rows = db
        .statement('SELECT * FROM messages WHERE run_id = ? ORDER BY seq')
        .all(runId) as SqlRow[];
      return rows.map(readMessage);
    },
    appendMessages(conversation, messages) {
      return db.transaction(() => {
        const row = db.statement('SELECT n FROM conversations WHERE key = ?').get(conversation) as
          | SqlRow
          | undefined;
        return row ? insertMessages(db, number(row, 'n'), messages) : [];
      });
    },
  };
}

/** Gives the messages the next places of conversation `n` and writes them. Runs inside a transaction. */
export function insertMessages(db: Database, n: number, messages: NewMessage[]): MessageRow[] {
  const last = messages.at(-1);
  if (!last) return [];
  const next = takePlaces(db, n, messages.length, last.at);
  const insert = db.statement(
    'INSERT INTO messages (conversation, seq, id, kind, otid, turn_id, run_id, environment, sender, at, body, hidden, print) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  return messages.map((message, index) => {
    const row: MessageRow = { ...message, seq: next + index };
    insert.run(
      n,
      row.seq,
      row.id,
      row.kind,
      row.otid,
      row.turnId,
      row.runId,
      row.environment,
      row.sender,
      row.at,
      JSON.stringify(row.body),
      toJson(row.hidden),
      row.print,
    );
    return row;
  });
}

/**
 * Moves a turn's messages behind all others, in their order, if any other is behind them now. Results must stay
 * next to their calls, and a prompt must end with what it asks, so a turn is moved as a whole.
 */
export function moveTurnToEnd(db: Database, n: number, turnId: string): boolean {
  const first = db
    .statement('SELECT min(seq) AS seq FROM messages WHERE conversation = ? AND turn_id = ?')
    .get(n, turnId) as SqlRow;
  if (first.seq === null) return false;
  const other = db
    .statement('SELECT 1 FROM messages WHERE conversation = ? AND seq > ? AND turn_id <> ? LIMIT 1')
    .get(n, first.seq as number, turnId);
  if (!other) return false;
  const rows = db
    .statement('SELECT seq FROM messages WHERE conversation = ? AND turn_id = ? ORDER BY seq')
    .all(n, turnId) as SqlRow[];
  const next = takePlaces(db, n, rows.length, null);
  const move = db.statement('UPDATE messages SET seq = ? WHERE conversation = ? AND seq = ?');
  for (const [index, row] of rows.entries()) move.run(next + index, n, number(row, 'seq'));
  return true;
}

/** `at`: when the newest of them was said; null when none is new. */
function takePlaces(db: Database, n: number, count: number, at: number | null): number {
  const row = db
    .statement(
      'UPDATE conversations SET next_seq = next_seq + ?, last_message_at = coalesce(?, last_message_at) ' +
        'WHERE n = ? RETURNING next_seq',
    )
    .get(count, at, n) as SqlRow;
  return number(row, 'next_seq') - count;
}

function readMessage(row: SqlRow): MessageRow {
  return {
    seq: number(row, 'seq'),
    id: text(row, 'id'),
    kind: text(row, 'kind'),
    otid: textOrNull(row, 'otid'),
    turnId: text(row, 'turn_id'),
    runId: textOrNull(row, 'run_id'),
    environment: textOrNull(row, 'environment'),
    sender: textOrNull(row, 'sender'),
    at: number(row, 'at'),
    body: json(row, 'body'),
    hidden: jsonOrNull(row, 'hidden'),
    print: textOrNull(row, 'print'),
  };
}
