import type { HubStore } from '../store/hub-store.ts';
import type { MessageRow, RunRow } from '../store/rows.ts';
import { endingOfRow, lastChunks } from './ending.ts';
import type { NewChunk } from './spoken.ts';
import { isMadeByRun, wireMessage } from './wire-message.ts';

/**
 * The chunks of a run that is over, after `seq_id` `after`, as JSON. Chunks that were pruned are made again from the
 * messages. The last ones, which tell how it ended, always come: a failed run's are not stored, because a reader may
 * have seen more of it than was written.
 */
export async function replay(store: HubStore, run: RunRow, after: number): Promise<string[]> {
  const stored = await store.chunks(run.id, after);
  const isWhole = run.status !== 'failed' && (stored.length > 0 || (await store.chunksKept(run.id)));
  if (isWhole && stored.length > 0) return stored.map(({ text }) => text);
  const before: { seq: number; text: string }[] =
    run.status === 'failed' || isWhole ? stored : made(run, await store.messagesOfRun(run.id), after);
  const last = Math.max(after, before.at(-1)?.seq ?? 0);
  return [
    ...before.map(({ text }) => text),
    ...lastChunks(run.id, endingOfRow(run), run.completedAt ?? run.createdAt).map((chunk, index) =>
      numbered(run, chunk, last + 1 + index),
    ),
  ];
}

function made(run: RunRow, rows: readonly MessageRow[], after: number): { seq: number; text: string }[] {
  return rows
    .filter((row) => isMadeByRun(row))
    .flatMap(chunksOf)
    .map((chunk, index) => ({ seq: index + 1, text: numbered(run, chunk, index + 1) }))
    .filter(({ seq }) => seq > after);
}

/** A message as chunks; each call of a batch is one. */
function chunksOf(row: MessageRow): NewChunk[] {
  const { id, date } = wireMessage(row);
  if (row.kind !== 'approval_request_message')
    return [{ id, date, message_type: row.kind, ...row.body } as unknown as NewChunk];
  return ((row.body.tool_calls ?? []) as unknown[]).map(
    (call) => ({ id, date, message_type: row.kind, tool_call: call }) as unknown as NewChunk,
  );
}

const numbered = ({ id, turnId }: RunRow, chunk: NewChunk, seq: number): string =>
  JSON.stringify({ ...chunk, run_id: id, turn_id: turnId, seq_id: seq });
