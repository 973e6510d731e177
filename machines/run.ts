import { assign, type EventObject, emit, fromCallback, fromPromise, setup, stateIn } from 'xstate';
import type { RunCommit, RunCommitted, RunEnd, RunFailure, RunRef, SampleEvent } from './ports.ts';

export type RunEvent =
  | SampleEvent
  /** The holder of the turn gave it up. */
  | { type: 'run.cancel' }
  /** The hub stops: the step has to be tried again. */
  | { type: 'run.interrupt' };

export type RunEmitted =
  /** The model said something. */
  | { type: 'said'; event: SampleEvent }
  /** The start of the run is on disk: what was said may be told. */
  | { type: 'opened' };

export interface RunContext {
  runId: string;
  /** Calls that the model began, and those that it finished. */
  started: number;
  ended: number;
  end: RunEnd;
}

const INTERRUPTED: RunFailure = {
  type: 'interrupted',
  message: 'The hub stopped while the model answered.',
  retryable: true,
};

const REFUSED: RunFailure = {
  type: 'refused',
  message: 'The model refused to answer this (a content rule of the provider).',
  retryable: false,
};
const INCOMPLETE_CALL: RunFailure = {
  type: 'incomplete_call',
  message: 'The model ended in the middle of a tool call.',
  retryable: true,
};

/** One model step as the hub executes it: the model speaks, the end is written, and the run is over. */
export const runMachine = setup({
  types: {
    context: {} as RunContext,
    events: {} as RunEvent,
    emitted: {} as RunEmitted,
    input: {} as RunRef,
    output: {} as { runId: string; end: RunEnd },
    tags: {} as 'streaming' | 'settling',
  },
  actors: {
    sampler: fromCallback<EventObject, RunRef>(() => {
      throw new Error('sampler is not provided');
    }),
    commitRun: fromPromise<RunCommitted, RunCommit>(() => {
      throw new Error('commitRun is not provided');
    }),
  },
  guards: {
    isRefused: (_, committed: RunCommitted) => !committed.ok,
    endsAs: ({ context }, { outcome }: { outcome: RunEnd['outcome'] }) => context.end.outcome === outcome,
    isOvertaken: stateIn({ settling: 'overtaken' }),
  },
  actions: {
    say: emit(({ event }) => ({ type: 'said' as const, event: event as SampleEvent })),
    announceOpen: emit({ type: 'opened' }),
    countStarted: assign({ started: ({ context }) => context.started + 1 }),
    countEnded: assign({ ended: ({ context }) => context.ended + 1 }),
    keepEnd: assign(({ context, event }) => ({ end: endOf(event, context) })),
    keepCancel: assign({ end: { outcome: 'cancelled' } }),
    keepStoreFailure: assign((_, committed: RunCommitted) => ({
      end: failed({
        type: 'store_error',
        message: committed.ok ? '' : committed.message,
        retryable: true,
      }),
    })),
    keepBug: assign(({ event }) => {
      const { error } = event as { error?: unknown };
      const what = error instanceof Error ? error.name : 'something that is no error';
      return {
        end: failed({
          type: 'internal_error',
          message: `The hub could not run the model step: ${what} was thrown.`,
          retryable: false,
        }),
      };
    }),
  },
}).createMachine({
  id: 'run',
  options: { maxIterations: 1000 },
  context: ({ input }) => ({ runId: input.runId, started: 0, ended: 0, end: { outcome: 'cancelled' } }),
  initial: 'streaming',
  output: ({ context }) => ({ runId: context.runId, end: context.end }),
  states: {
    streaming: {
      tags: ['streaming'],
      meta: { why: 'the model answers', who: 'the model' },
      invoke: {
        id: 'sampler',
        src: 'sampler',
        input: ({ context }) => ({ runId: context.runId }),
        onError: { target: 'settling', actions: { type: 'keepBug' } },
      },
      on: {
        'sample.text': { actions: { type: 'say' } },
        'sample.reasoning': { actions: { type: 'say' } },
        'sample.callStarted': { actions: [{ type: 'countStarted' }, { type: 'say' }] },
        'sample.callArguments': { actions: { type: 'say' } },
        'sample.callEnded': { actions: [{ type: 'countEnded' }, { type: 'say' }] },
        'sample.finished': { target: 'settling', actions: { type: 'keepEnd' } },
        'sample.failed': { target: 'settling', actions: { type: 'keepEnd' } },
        'run.cancel': { target: 'settling', actions: { type: 'keepEnd' } },
        'run.interrupt': { target: 'settling', actions: { type: 'keepEnd' } },
      },
      initial: 'unopened',
      states: {
        // The start may still be undone by its key, so the model is asked beside the write, not after it.
        unopened: {
          invoke: {
            id: 'begin',
            src: 'commitRun',
            input: ({ context }) => ({ runId: context.runId, step: 'begin' }),
            onDone: [
              {
                guard: { type: 'isRefused', params: ({ event }) => event.output },
                target: '#run.settling',
                actions: { type: 'keepStoreFailure', params: ({ event }) => event.output },
              },
              { target: 'open', actions: { type: 'announceOpen' } },
            ],
            onError: { target: '#run.settling', actions: { type: 'keepBug' } },
          },
        },
        open: {},
      },
    },
    settling: {
      tags: ['settling'],
      meta: { why: 'the end of the step is being written', who: 'the store' },
      invoke: {
        id: 'end',
        src: 'commitRun',
        input: ({ context }) => ({ runId: context.runId, step: 'end', end: context.end }),
        onDone: [
          {
            guard: { type: 'isRefused', params: ({ event }) => event.output },
            target: 'failed',
            actions: { type: 'keepStoreFailure', params: ({ event }) => event.output },
          },
          { guard: 'isOvertaken', target: 'withdrawing' },
          {
            guard: { type: 'endsAs', params: { outcome: 'requiresApproval' } },
            target: 'requiresApproval',
          },
          { guard: { type: 'endsAs', params: { outcome: 'completed' } }, target: 'completed' },
          { guard: { type: 'endsAs', params: { outcome: 'failed' } }, target: 'failed' },
          { target: 'cancelled' },
        ],
        onError: { target: 'failed', actions: { type: 'keepBug' } },
      },
      initial: 'writing',
      states: {
        writing: {
          on: {
            'run.cancel': {
              guard: { type: 'endsAs', params: { outcome: 'requiresApproval' } },
              target: 'overtaken',
            },
          },
        },
        // The cancel came while the end was on its way to the disk. It still counts for the calls of this step.
        overtaken: {},
      },
    },
    withdrawing: {
      tags: ['settling'],
      meta: { why: 'the calls of the step are taken back', who: 'the store' },
      invoke: {
        id: 'withdraw',
        src: 'commitRun',
        input: ({ context }) => ({ runId: context.runId, step: 'withdraw' }),
        onDone: [
          {
            guard: { type: 'isRefused', params: ({ event }) => event.output },
            target: 'requiresApproval',
          },
          { target: 'cancelled', actions: { type: 'keepCancel' } },
        ],
        onError: { target: 'requiresApproval' },
      },
    },
    requiresApproval: { type: 'final' },
    completed: { type: 'final' },
    failed: { type: 'final' },
    cancelled: { type: 'final' },
  },
});

/** How the step ends on this event. */
function endOf(event: RunEvent, calls: { started: number; ended: number }): RunEnd {
  switch (event.type) {
    case 'sample.finished':
      return finished(event, calls);
    case 'sample.failed': {
      const { type: _, ...failure } = event;
      return failed({ type: 'llm_error', ...failure });
    }
    case 'run.interrupt':
      return failed(INTERRUPTED);
    default:
      return { outcome: 'cancelled' };
  }
}

/** A call that was cut off is no call; and readers of the stream cannot tell which of several was, so then none is. */
function finished(
  { stop, usage }: Extract<SampleEvent, { type: 'sample.finished' }>,
  { started, ended }: { started: number; ended: number },
): RunEnd {
  if (stop === 'refused') return failed(REFUSED);
  if (started > ended && stop !== 'length') return failed(INCOMPLETE_CALL);
  if (ended > 0 && started === ended) return { outcome: 'requiresApproval', usage };
  return { outcome: 'completed', stop: stop === 'length' ? 'length' : 'end', usage };
}

function failed(failure: RunFailure): RunEnd {
  return { outcome: 'failed', failure };
}
