import type { Database } from '../../../../actors/sqlite/database.ts';
import type { ConversationFilter, HubStore, Listed, Page } from '../hub-store.ts';
import type { ConversationFields, ConversationRow, Lease, OpenCalls } from '../rows.ts';
import { readPage } from './paging.ts';
import { json, jsonOrNull, number, numberOrNull, type SqlRow, text } from './read.ts';

type ConversationStore = Pick<
  HubStore,
  'conversation' | 'createConversation' | 'updateConversation' | 'deleteConversation' | 'listConversations'
>;

/** The fields that never decide anything, kept as one JSON text. */
type Body = Pick<
  ConversationRow,
  'description' | 'model' | 'modelSettings' | 'contextWindowLimit' | 'createdAt' | 'createdBy'
>;

export function createConversationStore(db: Database): ConversationStore {
  return {
    conversation(key) {
      const row = db.statement('SELECT * FROM conversations WHERE key = ?').get(key) as SqlRow | undefined;
      return row ? readConversation(row) : null;
    },
    createConversation(conversation) {
      db.transaction(() => insertConversation(db, conversation));
    },
    updateConversation(key, fields, at) {
      return db.transaction(() => updateConversation(db, key, fields, at));
    },
    deleteConversation(key) {
      return db.transaction(
        () => db.statement('DELETE FROM conversations WHERE key = ?').run(key).changes === 1,
      );
    },
    listConversations(page, filter) {
      return listConversations(db, page, filter);
    },
  };
}

export function insertConversation(db: Database, row: ConversationRow): void {
  db.statement(
    'INSERT INTO conversations (key, id, agent_id, body, archived_at, summary, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ).run(row.key, row.id, row.agentId, bodyOf(row), row.archivedAt, row.summary, row.updatedAt);
}

function updateConversation(db: Database, key: string, fields: ConversationFields, at: number): boolean {
  const row = db.statement('SELECT * FROM conversations WHERE key = ?').get(key) as SqlRow | undefined;
  if (!row) return false;
  const next = { ...readConversation(row), ...fields };
  db.statement(
    'UPDATE conversations SET body = ?, archived_at = ?, summary = ?, updated_at = ? WHERE key = ?',
  ).run(bodyOf(next), next.archivedAt, next.summary, at, key);
  return true;
}

function listConversations(db: Database, page: Page, filter: ConversationFilter): Listed<ConversationRow> {
  const conditions = ["id <> 'default'"];
  const parameters: string[] = [];
  if (filter.agentId !== undefined) {
    conditions.push('agent_id = ?');
    parameters.push(filter.agentId);
  }
  if (filter.archived !== undefined)
    conditions.push(filter.archived ? 'archived_at IS NOT NULL' : 'archived_at IS NULL');
  if (filter.text !== undefined) {
    conditions.push("instr(lower(coalesce(summary, '')), lower(?)) > 0");
    parameters.push(filter.text);
  }
  const recency = 'coalesce(last_message_at, 0)';
  const place = filter.orderBy === 'lastMessageAt' ? [recency, 'n'] : ['n'];
  const listed = readPage(
    db,
    {
      select: 'SELECT * FROM conversations',
      where: conditions.join(' AND '),
      parameters,
      place,
      placeOf: (id) =>
        db.statement(`SELECT n, ${recency} AS "${recency}" FROM conversations WHERE key = ?`).get(id) as
          | SqlRow
          | undefined,
    },
    page,
  );
  return listed.ok ? { ok: true, rows: listed.rows.map(readConversation) } : listed;
}

function readConversation(row: SqlRow): ConversationRow {
  return {
    ...json<Body>(row, 'body'),
    key: text(row, 'key'),
    id: text(row, 'id'),
    agentId: text(row, 'agent_id'),
    summary: row.summary as string | null,
    archivedAt: numberOrNull(row, 'archived_at'),
    updatedAt: number(row, 'updated_at'),
    lastMessageAt: numberOrNull(row, 'last_message_at'),
    lease: jsonOrNull<Lease>(row, 'lease'),
    openCalls: jsonOrNull<OpenCalls>(row, 'open_calls'),
    cut: number(row, 'cut'),
    charsPerToken: numberOrNull(row, 'chars_per_token'),
  };
}

function bodyOf(row: ConversationRow): string {
  const body: Body = {
    description: row.description,
    model: row.model,
    modelSettings: row.modelSettings,
    contextWindowLimit: row.contextWindowLimit,
    createdAt: row.createdAt,
    createdBy: row.createdBy,
  };
  return JSON.stringify(body);
}
