import type { Database } from '../../../../actors/sqlite/database.ts';
import type { HubStore, RunBegin, RunBegun, RunFinish, TurnClose } from '../hub-store.ts';
import type { MessageRow } from '../rows.ts';
import { insertChunks, pruneChunks } from './chunks.ts';
import { insertMessages, moveTurnToEnd } from './messages.ts';
import { number, type SqlRow, toJson } from './read.ts';

type StepStore = Pick<HubStore, 'beginRun' | 'finishRun' | 'closeTurn'>;

/** The transactions in which transcript, run and lease change together. */
export function createStepStore(db: Database): StepStore {
  return {
    beginRun: (begin) => db.transaction(() => beginRun(db, begin)),
    finishRun: (finish) => db.transaction(() => finishRun(db, finish)),
    closeTurn: (close) => db.transaction(() => closeTurn(db, close)),
  };
}

function beginRun(db: Database, { run, messages, lease, again }: RunBegin): RunBegun {
  const conversation = db
    .statement(
      'UPDATE conversations SET next_run = next_run + 1, lease = ?, open_calls = NULL WHERE key = ? RETURNING n, next_run',
    )
    .get(JSON.stringify(lease), run.conversation) as SqlRow | undefined;
  if (!conversation) throw new Error(`no conversation ${run.conversation}`);
  const n = number(conversation, 'n');
  // First what closes the calls of another turn, next to those calls; then this turn behind it.
  const rows = insertMessages(db, n, messages);
  const moved = again && moveTurnToEnd(db, n, run.turnId);
  db.statement(
    'INSERT INTO runs (id, conversation, ordinal, agent_id, key, turn_id, environment, generation, model, status, created_at) ' +
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'streaming', ?)",
  ).run(
    run.id,
    n,
    number(conversation, 'next_run') - 1,
    run.agentId,
    run.key,
    run.turnId,
    run.environment,
    run.generation,
    run.model,
    run.createdAt,
  );
  return { messages: rows, moved };
}

function finishRun(db: Database, finish: RunFinish): MessageRow[] | null {
  const run = db
    .statement(
      'UPDATE runs SET status = ?, stop_reason = ?, error = ?, usage = ?, completed_at = ? ' +
        "WHERE id = ? AND status = 'streaming' RETURNING n, conversation, ordinal",
    )
    .get(
      finish.status,
      finish.stopReason,
      toJson(finish.error),
      toJson(finish.usage),
      finish.at,
      finish.runId,
    ) as SqlRow | undefined;
  if (!run) return null;
  const conversation = number(run, 'conversation');
  if (finish.chunks) insertChunks(db, number(run, 'n'), finish.chunks);
  pruneChunks(db, conversation, number(run, 'ordinal'));
  const rows = insertMessages(db, conversation, finish.messages);
  db.statement(
    'UPDATE conversations SET open_calls = ?, lease = CASE WHEN ? THEN NULL ELSE lease END, ' +
      'cut = coalesce(?, cut), chars_per_token = coalesce(?, chars_per_token) WHERE n = ?',
  ).run(
    toJson(finish.openCalls),
    finish.release ? 1 : 0,
    finish.prompt?.cut ?? null,
    finish.prompt?.charsPerToken ?? null,
    conversation,
  );
  return rows;
}

function closeTurn(db: Database, close: TurnClose): MessageRow[] {
  const conversation = db
    .statement(
      'UPDATE conversations SET lease = NULL, open_calls = ?, updated_at = ? WHERE key = ? RETURNING n',
    )
    .get(toJson(close.openCalls), close.at, close.conversation) as SqlRow | undefined;
  return conversation ? insertMessages(db, number(conversation, 'n'), close.messages) : [];
}
