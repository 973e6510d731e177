import type { JsonObject, Scope } from '../../../machines/ports.ts';
import type { LifecycleDelta, RunChunk } from '../../protocol/delta.ts';
import type { LoopStatusName } from '../../protocol/loop-status.ts';
import type { Runtime } from '../../protocol/scope.ts';
import type { Feed } from '../ports.ts';
import type { MessageRow } from '../store/rows.ts';
import type { Ending } from './ending.ts';
import type { Step } from './step.ts';
import { wireMessage } from './wire-message.ts';

const runtimeOf = ({ agentId, conversationId }: Scope): Runtime => ({
  agent_id: agentId,
  conversation_id: conversationId,
});

const deltaOf = (row: MessageRow): LifecycleDelta =>
  ({
    ...wireMessage(row),
    ...(row.sender === null ? {} : { acting_user_id: row.sender }),
  }) as unknown as LifecycleDelta;

/** Tells the subscribers of results that the hub itself wrote: no host tells of those. */
export function echoClosed(feed: Feed, scope: Scope, rows: readonly MessageRow[]): void {
  for (const row of rows)
    if (row.kind === 'tool_return_message' && row.print === null)
      feed.publish(scope, { type: 'stream_delta', runtime: runtimeOf(scope), delta: deltaOf(row) });
}

/**
 * Tells the subscribers what a host of ours has posted and not shown: prompts, which it leaves to the hub, because
 * here alone is known when they enter the transcript; and results that it, or this hub, did not live to show.
 */
export function echoPosted(feed: Feed, scope: Scope, environment: string, rows: readonly MessageRow[]): void {
  for (const row of rows) {
    const entered = row.kind === 'user_message' ? row : unshown(feed, scope, environment, row);
    if (entered)
      feed.publish(
        scope,
        { type: 'stream_delta', runtime: runtimeOf(scope), delta: deltaOf(entered) },
        environment,
      );
  }
}

/**
 * Tells the subscribers what a host of Letta's has posted: its prompts, which it shows itself only when they had waited
 * in its queue (the relay tells each one once), and the results that the hub wrote. Its own results it shows. `parts`
 * are what it posted: it may post a message again under another `otid`, and followers know it by its sender's name.
 */
export function echoForeign(
  feed: Feed,
  scope: Scope,
  environment: string,
  rows: readonly MessageRow[],
  parts: Step['parts'],
): void {
  echoClosed(feed, scope, rows);
  for (const row of rows) {
    if (row.kind !== 'user_message') continue;
    const part = parts.find(({ kind, otid }) => kind === 'message' && otid !== null && otid === row.otid);
    const name = part?.kind === 'message' ? part.clientMessageId : null;
    const delta = {
      ...deltaOf(row),
      ...(name === null ? {} : { client_message_id: name }),
    } as LifecycleDelta;
    feed.publish(scope, { type: 'stream_delta', runtime: runtimeOf(scope), delta }, environment);
  }
}

/** Tells the subscribers chunks that the host of their turn has not passed on. */
export function echoChunks(feed: Feed, scope: Scope, environment: string, chunks: readonly RunChunk[]): void {
  for (const delta of chunks)
    feed.publish(scope, { type: 'stream_delta', runtime: runtimeOf(scope), delta }, environment);
}

/** The row with those of its results that nobody has shown; null when there is none. */
function unshown(feed: Feed, scope: Scope, environment: string, row: MessageRow): MessageRow | null {
  if (row.kind !== 'tool_return_message') return null;
  const returns = (row.body.tool_returns as JsonObject[]).filter(
    ({ tool_call_id }) => !feed.hasShown?.(environment, scope, String(tool_call_id)),
  );
  return returns.length === 0 ? null : { ...row, body: { ...returns[0], tool_returns: returns } };
}

/** Tells the subscribers of a conversation of a turn that has no host to tell of it. */
export class Echo {
  readonly #feed: Feed;
  readonly #scope: Scope;
  readonly #turnId: string;

  constructor(feed: Feed, scope: Scope, turnId: string) {
    this.#feed = feed;
    this.#scope = scope;
    this.#turnId = turnId;
  }

  /** The step is on disk: what was posted, and that the model is at work. */
  opened(runId: string, rows: readonly MessageRow[]): void {
    const otids: string[] = [];
    for (const row of rows) {
      if (row.kind !== 'user_message' && row.kind !== 'tool_return_message') continue;
      this.#delta(deltaOf(row));
      if (row.otid !== null) otids.push(row.otid);
    }
    this.#status('PROCESSING_API_RESPONSE', [runId], { [runId]: otids });
  }

  said(chunks: readonly RunChunk[]): void {
    for (const chunk of chunks) this.#delta(chunk);
  }

  /** The step is over; unless calls are left (`callIds`), the turn is too. */
  ended(runId: string, ending: Ending, callIds: string[]): void {
    if (ending.stopReason === 'requires_approval') {
      this.#status('EXECUTING_CLIENT_SIDE_TOOL', [], {}, callIds);
      return;
    }
    this.finished(ending, runId);
  }

  finished(ending: Pick<Ending, 'stopReason' | 'error' | 'usage'>, runId: string | null): void {
    this.#status('WAITING_ON_INPUT', []);
    this.#feed.publish(this.#scope, {
      type: 'turn_finished',
      runtime: this.#runtime,
      turn_id: this.#turnId,
      stop_reason: ending.stopReason,
      ...(runId === null ? {} : { run_id: runId }),
      ...(ending.error ? { error: ending.error.message } : {}),
      ...(ending.usage ? { usage: ending.usage } : {}),
    });
  }

  #delta(delta: RunChunk | LifecycleDelta): void {
    this.#feed.publish(this.#scope, { type: 'stream_delta', runtime: this.#runtime, delta });
  }

  #status(
    status: LoopStatusName,
    runIds: string[],
    messageIds: Record<string, string[]> = {},
    callIds: string[] = [],
  ): void {
    this.#feed.publish(this.#scope, {
      type: 'update_loop_status',
      runtime: this.#runtime,
      loop_status: {
        status,
        active_run_ids: runIds,
        client_message_ids_by_run_id: messageIds,
        executing_tool_call_ids: callIds,
        turn_id: this.#turnId,
      },
    });
  }

  get #runtime(): Runtime {
    return runtimeOf(this.#scope);
  }
}
