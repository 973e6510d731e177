import type { Database } from '../../../../actors/sqlite/database.ts';
import type { WireUsage } from '../../../protocol/delta.ts';
import type { StopReason } from '../../../protocol/loop-status.ts';
import type { HubStore, Listed, Page, RunFilter } from '../hub-store.ts';
import type { RunError, RunRow, RunStatus } from '../rows.ts';
import { readPage } from './paging.ts';
import { jsonOrNull, number, numberOrNull, type SqlRow, text, textOrNull } from './read.ts';

type RunReads = Pick<HubStore, 'run' | 'runByKey' | 'newestRun' | 'listRuns' | 'streamingRuns'>;

const select =
  'SELECT runs.*, conversations.key AS conversation_key, conversations.id AS conversation_id ' +
  'FROM runs JOIN conversations ON conversations.n = runs.conversation';

export function createRunReads(db: Database): RunReads {
  const one = (condition: string, ...parameters: string[]): RunRow | null => {
    const row = db.statement(`${select} WHERE ${condition}`).get(...parameters) as SqlRow | undefined;
    return row ? readRun(row) : null;
  };
  return {
    run: (id) => one('runs.id = ?', id),
    runByKey: (conversation, key) =>
      one(
        'runs.conversation = (SELECT n FROM conversations WHERE key = ?) AND runs.key = ? ORDER BY ordinal DESC LIMIT 1',
        conversation,
        key,
      ),
    newestRun: (conversation) =>
      one(
        'runs.conversation = (SELECT n FROM conversations WHERE key = ?) ORDER BY ordinal DESC LIMIT 1',
        conversation,
      ),
    listRuns: (page, filter) => listRuns(db, page, filter),
    streamingRuns: () =>
      (db.statement(`${select} WHERE runs.status = 'streaming' ORDER BY runs.n`).all() as SqlRow[]).map(
        readRun,
      ),
  };
}

function listRuns(db: Database, page: Page, filter: RunFilter): Listed<RunRow> {
  const conditions = ['TRUE'];
  const parameters: string[] = [];
  const among = (column: string, values: readonly string[] | undefined): void => {
    if (!values) return;
    conditions.push(`${column} IN (SELECT value FROM json_each(?))`);
    parameters.push(JSON.stringify(values));
  };
  among('runs.agent_id', filter.agentIds);
  among('conversations.key', filter.conversation === undefined ? undefined : [filter.conversation]);
  among('runs.status', filter.statuses);
  among('runs.stop_reason', filter.stopReason === undefined ? undefined : [filter.stopReason]);
  const listed = readPage(
    db,
    {
      select,
      where: conditions.join(' AND '),
      parameters,
      place: ['runs.n'],
      placeOf: (id) =>
        db.statement('SELECT n AS "runs.n" FROM runs WHERE id = ?').get(id) as SqlRow | undefined,
    },
    page,
  );
  return listed.ok ? { ok: true, rows: listed.rows.map(readRun) } : listed;
}

function readRun(row: SqlRow): RunRow {
  return {
    id: text(row, 'id'),
    conversation: text(row, 'conversation_key'),
    conversationId: text(row, 'conversation_id'),
    agentId: text(row, 'agent_id'),
    key: textOrNull(row, 'key'),
    turnId: text(row, 'turn_id'),
    environment: textOrNull(row, 'environment'),
    generation: numberOrNull(row, 'generation'),
    model: text(row, 'model'),
    status: text(row, 'status') as RunStatus,
    stopReason: textOrNull(row, 'stop_reason') as StopReason | null,
    error: jsonOrNull<RunError>(row, 'error'),
    usage: jsonOrNull<WireUsage>(row, 'usage'),
    createdAt: number(row, 'created_at'),
    completedAt: numberOrNull(row, 'completed_at'),
  };
}
