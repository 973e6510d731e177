import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { RunChunk } from '../../protocol/delta.ts';
import type { Outcome, Reading, Waiting } from '../runs/outcome.ts';
import type { Problem } from '../runs/problem.ts';
import { isMadeByRun, wireMessage } from '../runs/wire-message.ts';
import { refuse } from './answer.ts';
import type { DataContext } from './data-context.ts';
import { Sse } from './sse.ts';
import { wholeMessages } from './whole-messages.ts';

export interface AnswerOptions {
  /** False: one JSON body at the end. */
  streaming: boolean;
  /** False: whole messages instead of tokens. */
  tokens: boolean;
  pings: boolean;
  /** The name of who is waited for is told: only hosts of ours know that chunk. */
  tellsWaiting: boolean;
}

/** Answers a POST with the run it came to. */
export async function answerRun(
  c: Context,
  context: DataContext,
  outcome: Outcome | Waiting,
  options: AnswerOptions,
): Promise<Response> {
  if (outcome.kind === 'refused') return refuse(c, outcome.problem);
  if (!options.streaming) return answerWhole(c, context, outcome);
  const sse = new Sse(c);
  if (options.pings || outcome.kind === 'waiting') sse.pingEvery(context.pingMs);
  if (outcome.kind === 'reading') {
    read(sse, outcome.reading, options.tokens);
    return sse.response;
  }
  sse.onClose(() => outcome.drop());
  if (options.tellsWaiting) sse.send(waitingChunk(outcome.environment, context));
  sse.send({ id: 'ping', date: new Date(context.now()).toISOString(), message_type: 'ping' });
  void outcome.outcome.then((settled) => {
    if (settled.kind === 'reading') read(sse, settled.reading, options.tokens);
    else
      sse.end(failure(settled.problem, outcome.runId, context.now()).map((chunk) => JSON.stringify(chunk)));
  });
  return sse.response;
}

function read(sse: Sse, reading: Reading, tokens: boolean): void {
  if (tokens) {
    if (reading.live) sse.follow(reading.live, reading.after);
    else sse.end(reading.texts);
    return;
  }
  void chunksOf(reading).then((chunks) =>
    sse.end(wholeMessages(chunks).map((chunk) => JSON.stringify(chunk))),
  );
}

async function answerWhole(
  c: Context,
  context: DataContext,
  outcome: Exclude<Outcome | Waiting, { kind: 'refused' }>,
): Promise<Response> {
  const waits = outcome.kind === 'waiting';
  if (waits) (c.env as HttpBindings).outgoing.once('close', () => outcome.drop());
  const settled = waits ? await outcome.outcome : outcome;
  if (settled.kind === 'refused') return refuse(c, settled.problem);
  const { runId } = settled.reading;
  const chunks = await chunksOf(settled.reading);
  const error = chunks.find((chunk) => chunk.message_type === 'error_message');
  if (error)
    return refuse(c, {
      status: 502,
      error: error.error_type,
      message: error.message,
      retry: false,
      extra: { run_id: runId, retryable: error.retryable ?? false },
    });
  const rows = await context.store.messagesOfRun(runId);
  const stop = chunks.find((chunk) => chunk.message_type === 'stop_reason');
  const usage = chunks.find((chunk) => chunk.message_type === 'usage_statistics');
  return c.json({
    messages: rows.filter(isMadeByRun).map(wireMessage),
    stop_reason: { message_type: 'stop_reason', stop_reason: stop?.stop_reason ?? 'error' },
    usage: usage ?? { message_type: 'usage_statistics', run_ids: [runId], step_count: 0 },
  });
}

/** All chunks of a run, once it is over. */
async function chunksOf(reading: Reading): Promise<RunChunk[]> {
  const { live } = reading;
  if (!live) return reading.texts.map((text) => JSON.parse(text) as RunChunk);
  if (!live.over)
    await new Promise<void>((resolve) => {
      const stop = live.onMore(() => {
        if (!live.over) return;
        stop();
        resolve();
      });
    });
  return live.chunks.slice(reading.after);
}

function waitingChunk(environment: string | null, { fence, now }: DataContext): RunChunk {
  return {
    id: 'waiting',
    date: new Date(now()).toISOString(),
    message_type: 'waiting',
    environment: environment === null ? null : fence.nameOf(environment),
  };
}

/** A refusal once the stream has begun, when no status can be sent any more. */
function failure({ error, message, status, retry }: Problem, runId: string | null, now: number): RunChunk[] {
  const date = new Date(now).toISOString();
  return [
    {
      id: `error-${error}`,
      date,
      ...(runId === null ? {} : { run_id: runId }),
      message_type: 'error_message',
      error_type: error,
      message,
      detail: message,
      status,
      retryable: retry !== false,
    },
    { id: `stop-${error}`, date, message_type: 'stop_reason', stop_reason: 'error' },
  ];
}
