import { assign, enqueueActions, fromCallback, fromPromise, sendTo, setup, stateIn } from 'xstate';
import { backoffMs } from './backoff.ts';
import { isMoving } from './conflicts.ts';
import type {
  CancelRunInput,
  CancelRunOutput,
  ClassifyInput,
  CommitOp,
  Committed,
  JsonObject,
  ModelStepInput,
  OutboxCommand,
  Standing,
} from './ports.ts';
import { batchCalls, toolBatchMachine } from './tool-batch.ts';
import type { TurnContext, TurnEvent, TurnInput, TurnOutput } from './turn.types.ts';

/** Failures of the provider that one step survives (protocol.md 5.2 e). */
const MAX_ATTEMPTS = 3;

const show = (what: ('loop' | 'device' | 'queue')[]): OutboxCommand => ({ type: 'outbox.show', what });
const delta = (messageType: string, fields: JsonObject): OutboxCommand => ({
  type: 'outbox.delta',
  delta: { message_type: messageType, ...fields },
});

/** The named actors, guards, delays and actions of a turn; its states are in turn.ts. */
export const turnSetup = setup({
  types: {
    context: {} as TurnContext,
    events: {} as TurnEvent,
    input: {} as TurnInput,
    output: {} as TurnOutput,
    tags: {} as
      | 'processing'
      | 'parked'
      | 'SENDING_API_REQUEST'
      | 'WAITING_FOR_API_RESPONSE'
      | 'RETRYING_API_REQUEST'
      | 'PROCESSING_API_RESPONSE'
      | 'EXECUTING_CLIENT_SIDE_TOOL'
      | 'WAITING_ON_APPROVAL',
  },
  actors: {
    commit: fromPromise<Committed, CommitOp>(() => {
      throw new Error('commit is not provided');
    }),
    modelStep: fromCallback<{ type: 'none' }, ModelStepInput>(() => {
      throw new Error('modelStep is not provided');
    }),
    classify: fromPromise<Standing[], ClassifyInput>(() => {
      throw new Error('classify is not provided');
    }),
    cancelRun: fromPromise<CancelRunOutput, CancelRunInput>(() => {
      throw new Error('cancelRun is not provided');
    }),
    toolBatch: toolBatchMachine,
  },
  guards: {
    isCommitted: (_, committed: Committed) => committed.ok,
    isHubBack: (_, output: CancelRunOutput) => output.ok,
    isFresh: ({ context }) => context.recovered === null,
    wasCancelling: ({ context }) => context.recovered?.stage === 'cancelling',
    wasCalling: ({ context }) => context.recovered?.stage === 'calls',
    hasCalls: ({ event }) => event.type === 'step.ended' && event.calls.length > 0,
    isCutOff: ({ event }) => event.type === 'step.failed' && event.cause === 'hub',
    isBusyElsewhere: ({ event }) => event.type === 'step.failed' && event.cause === 'busy',
    isFirstStep: ({ context }) => context.step === 1,
    isInterrupted: ({ event }) => event.type === 'step.failed' && event.cause === 'interrupted',
    isEndedElsewhere: ({ event }) => event.type === 'step.failed' && event.cause === 'cancelled',
    mayRetry: ({ context, event }) =>
      event.type === 'step.failed' &&
      event.cause === 'provider' &&
      event.retryable &&
      context.attempt < MAX_ATTEMPTS,
    isStopping: stateIn('#stopping'),
    somethingMoves: (_, standings: Standing[]) => isMoving(batchCalls(standings)),
  },
  delays: {
    storeRetry: 1_000,
    hubRetry: ({ context }) => Math.max(backoffMs(context.outages, context.seed), context.retryAfterMs),
    busyRetry: ({ context }) => Math.max(backoffMs(context.refusals, context.seed), context.retryAfterMs),
    retryDelay: ({ context }) => Math.max(1_000 * 2 ** (context.attempt - 1), context.retryAfterMs),
  },
  actions: {
    keepTurn: assign((_, committed: Committed) => (committed.ok ? { turnId: committed.id } : {})),
    keepRecovered: assign(({ context }) =>
      context.recovered
        ? {
            turnId: context.recovered.turnId,
            step: context.recovered.step,
            calls: context.recovered.calls,
            runId: context.recovered.runId,
            attach: true,
          }
        : {},
    ),
    keepPlace: assign(({ event }) =>
      event.type === 'step.chunks' ? { runId: event.runId, seq: event.seq } : {},
    ),
    keepEnd: assign(({ event }) =>
      event.type === 'step.ended'
        ? {
            runId: event.runId,
            stopReason: event.stopReason,
            calls: event.calls,
            usage: event.usage,
            // What failed before, and was tried again, is over.
            error: null,
          }
        : {},
    ),
    keepHolder: assign((_, environment: string) => ({ waitingFor: environment })),
    keepFailure: assign(({ event }) =>
      event.type === 'step.failed'
        ? {
            stopReason: event.cause === 'provider' ? 'llm_api_error' : 'error',
            error: event.message,
            retryAfterMs: event.retryAfterMs,
          }
        : {},
    ),
    keepBug: assign((_, error: unknown) => ({
      stopReason: 'error',
      error: `internal error: ${error instanceof Error ? error.message : String(error)}`,
    })),
    keepCancelled: assign({ stopReason: 'cancelled', error: null }),
    keepGivenBack: assign({ stopReason: 'given_back' }),
    keepStandings: assign((_, standings: Standing[]) => ({ standings })),
    countAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
    countOutage: assign({ outages: ({ context }) => context.outages + 1 }),
    countRefusal: assign({ refusals: ({ context }) => context.refusals + 1 }),
    forgetOutages: assign({ outages: 0, refusals: 0 }),
    keepRetryAfter: assign(({ event }) =>
      event.type === 'step.failed' ? { retryAfterMs: event.retryAfterMs } : {},
    ),
    forgetRetryAfter: assign({ retryAfterMs: 0 }),
    askFirst: assign({ attach: true }),
    tellAnew: assign({ attach: false, seq: 0 }),
    nextStep: assign({
      step: ({ context }) => context.step + 1,
      attach: false,
      attempt: 0,
      runId: null,
      seq: 0,
      calls: [],
      standings: [],
    }),
    tellOpened: sendTo(
      ({ context }) => context.parent,
      ({ context }) => ({ type: 'turn.opened' as const, turnId: context.turnId }),
    ),
    tellRun: sendTo(
      ({ context }) => context.parent,
      ({ context }) => ({ type: 'turn.runChanged' as const, runId: context.runId }),
    ),
    tellParked: sendTo(({ context }) => context.parent, { type: 'turn.parked' }),
    tellUnparked: sendTo(({ context }) => context.parent, { type: 'turn.unparked' }),
    passDecision: sendTo('batch', ({ event }) => event as TurnEvent & { type: 'approval.decided' }),
    cancelBatch: sendTo('batch', { type: 'batch.cancel' }),
    showLoop: sendTo(({ system }) => system.get('outbox'), show(['loop'])),
    showQueue: sendTo(({ system }) => system.get('outbox'), show(['queue'])),
    showState: sendTo(({ system }) => system.get('outbox'), show(['loop', 'device'])),
    showParked: sendTo(({ system }) => system.get('outbox'), show(['queue', 'loop', 'device'])),
    showTaken: enqueueActions(({ context, system, enqueue }) => {
      if (!context.wereQueued) return;
      const removed = context.items.map((item) => ({
        client_message_id: item.clientMessageId,
        disposition: 'dequeued' as const,
      }));
      const command: OutboxCommand = { type: 'outbox.show', what: ['queue'], removed };
      enqueue.sendTo(system.get('outbox'), command);
    }),
    showChunks: sendTo(
      ({ system }) => system.get('outbox'),
      ({ event }): OutboxCommand => ({
        type: 'outbox.chunks',
        chunks: event.type === 'step.chunks' ? event.chunks : [],
      }),
    ),
    showInterrupted: sendTo(
      ({ system }) => system.get('outbox'),
      delta('status', { message: 'Interrupted', level: 'warning' }),
    ),
    showBlocked: sendTo(
      ({ system }) => system.get('outbox'),
      delta('status', {
        message: 'The host cannot write to its store; the turn waits until it can.',
        level: 'warning',
      }),
    ),
    showRetry: sendTo(
      ({ system }) => system.get('outbox'),
      ({ context }) =>
        delta('retry', {
          message: context.error ?? '',
          reason: 'error',
          attempt: context.attempt,
          max_attempts: MAX_ATTEMPTS,
          delay_ms: Math.max(1_000 * 2 ** (context.attempt - 1), context.retryAfterMs),
          ...(context.runId ? { run_id: context.runId } : {}),
        }),
    ),
    showBusy: enqueueActions(({ context, event, system, enqueue }) => {
      // Once for each wait, however often the hub is asked.
      if (context.refusals !== 1 || event.type !== 'step.failed') return;
      const message = `The conversation is busy elsewhere; this turn goes on when it is free. The hub says: ${event.message}`;
      enqueue.sendTo(system.get('outbox'), delta('status', { message, level: 'warning' }));
    }),
    showInterruptedRun: sendTo(
      ({ system }) => system.get('outbox'),
      ({ context, event }) =>
        delta('retry', {
          message: event.type === 'step.failed' ? event.message : '',
          reason: 'hub_restarted',
          attempt: 0,
          max_attempts: MAX_ATTEMPTS,
          delay_ms: 0,
          ...(event.type === 'step.failed' && event.runId
            ? { run_id: event.runId }
            : context.runId
              ? { run_id: context.runId }
              : {}),
        }),
    ),
    showClassified: sendTo(
      ({ system }) => system.get('outbox'),
      (_, standings: Standing[]) =>
        delta('approval_classification_end', {
          auto_allowed_tool_call_ids: idsOf(standings, ['allowed']),
          auto_denied_tool_call_ids: idsOf(standings, ['denied']),
          user_input_tool_call_ids: idsOf(standings, ['asking']),
        }),
    ),
    showError: enqueueActions(({ context: { error, stopReason, runId }, system, enqueue }) => {
      if (error === null) return;
      const about = { message: error, stop_reason: stopReason, is_terminal: true };
      enqueue.sendTo(
        system.get('outbox'),
        delta('loop_error', { ...about, ...(runId ? { run_id: runId } : {}) }),
      );
    }),
    showFinished: sendTo(
      ({ system }) => system.get('outbox'),
      ({ context }): OutboxCommand => ({
        type: 'outbox.turnFinished',
        turnId: context.turnId,
        stopReason: context.stopReason,
        runId: context.runId,
        error: context.error,
        usage: context.usage,
      }),
    ),
    echoPrompts: sendTo(
      ({ system }) => system.get('outbox'),
      ({ context }): OutboxCommand => ({ type: 'outbox.echo', items: context.items }),
    ),
  },
});

function idsOf(standings: readonly Standing[], kinds: Standing['kind'][]): string[] {
  return standings.filter((standing) => kinds.includes(standing.kind)).map((standing) => standing.id);
}
