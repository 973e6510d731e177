import { committing } from './turn.committing.ts';
import { turnSetup } from './turn.setup.ts';
import type { TurnOutput } from './turn.types.ts';

export type * from './turn.types.ts';

const cancelHere = {
  target: '#turn.cancelling',
  actions: [{ type: 'keepCancelled' }, { type: 'showState' }, { type: 'showInterrupted' }],
} as const;

const keepBug = {
  type: 'keepBug',
  params: ({ event }: { event: { error: unknown } }) => event.error,
} as const;

/** A fault of ours ends the turn; the hub is told, so that the conversation is free for everybody. */
const breakHere = { target: '#turn.cancelling', actions: keepBug } as const;

const parkHere = {
  target: 'parked',
  actions: {
    type: 'keepHolder',
    params: ({ event }: { event: { environment: string } }) => event.environment,
  },
} as const;

/** One turn: model steps and their tool calls, from the inputs to a final stop. */
export const turnMachine = turnSetup.createMachine({
  id: 'turn',
  options: { maxIterations: 1000 },
  context: ({ input }) => ({
    scope: input.scope,
    seed: input.seed,
    parent: input.parent,
    items: input.items,
    wereQueued: input.wereQueued,
    recovered: input.recovered,
    turnId: '',
    step: 1,
    attach: false,
    runId: null,
    seq: 0,
    attempt: 0,
    retryAfterMs: 0,
    waitingFor: null,
    outages: 0,
    refusals: 0,
    calls: [],
    standings: [],
    stopReason: 'end_turn',
    error: null,
    usage: null,
  }),
  output: ({ context }): TurnOutput =>
    context.stopReason === 'given_back'
      ? { kind: 'givenBack' }
      : { kind: 'ended', stopReason: context.stopReason },
  initial: 'beginning',
  states: {
    beginning: {
      always: [
        { guard: 'isFresh', target: 'opening' },
        {
          guard: 'wasCancelling',
          target: 'cancelling',
          actions: [{ type: 'keepRecovered' }, { type: 'tellOpened' }, { type: 'keepCancelled' }],
        },
        {
          guard: 'wasCalling',
          target: 'classifying',
          actions: [{ type: 'keepRecovered' }, { type: 'tellOpened' }, { type: 'tellRun' }],
        },
        { target: 'sampling', actions: [{ type: 'keepRecovered' }, { type: 'tellOpened' }] },
      ],
    },
    opening: {
      ...committing(
        (context) => ({ op: 'openTurn', scope: context.scope, items: context.items.map((item) => item.seq) }),
        '#turn.opened',
        'keepTurn',
      ),
      tags: ['processing', 'SENDING_API_REQUEST'],
    },
    opened: {
      tags: ['processing', 'SENDING_API_REQUEST'],
      entry: [{ type: 'tellOpened' }, { type: 'showTaken' }, { type: 'echoPrompts' }],
      always: { target: 'sampling' },
    },
    sampling: {
      tags: ['processing'],
      invoke: {
        id: 'model',
        src: 'modelStep',
        input: ({ context }) => ({
          scope: context.scope,
          turnId: context.turnId,
          step: context.step,
          kind: context.attach ? ('attach' as const) : ('post' as const),
          after:
            context.runId && context.attach && context.seq > 0
              ? { runId: context.runId, seq: context.seq }
              : null,
        }),
        onError: breakHere,
      },
      on: {
        'turn.cancel': cancelHere,
        'step.ended': [
          {
            guard: 'hasCalls',
            target: 'recordingStep',
            actions: [{ type: 'keepEnd' }, { type: 'forgetOutages' }],
          },
          { target: 'finishing', actions: { type: 'keepEnd' } },
        ],
        'step.unknown': { target: 'sampling', reenter: true, actions: { type: 'tellAnew' } },
        'step.failed': [
          {
            guard: 'isCutOff',
            target: 'waitingForHub',
            actions: [{ type: 'askFirst' }, { type: 'keepRetryAfter' }],
          },
          {
            guard: 'isBusyElsewhere',
            target: 'busyElsewhere',
            actions: [{ type: 'tellAnew' }, { type: 'keepRetryAfter' }, { type: 'countRefusal' }],
          },
          {
            guard: 'isInterrupted',
            target: 'sampling',
            reenter: true,
            actions: [{ type: 'showInterruptedRun' }, { type: 'tellAnew' }],
          },
          {
            guard: 'isEndedElsewhere',
            target: 'finishing',
            actions: [{ type: 'keepCancelled' }],
          },
          {
            guard: 'mayRetry',
            target: 'retrying',
            actions: [{ type: 'keepFailure' }, { type: 'countAttempt' }, { type: 'tellAnew' }],
          },
          { target: 'finishing', actions: { type: 'keepFailure' } },
        ],
      },
      initial: 'sending',
      states: {
        sending: {
          tags: ['SENDING_API_REQUEST'],
          meta: { why: 'the step is on its way to the hub', who: 'the hub' },
          entry: { type: 'showState' },
          on: {
            'step.sent': { target: 'waiting' },
            'step.waiting': parkHere,
            'step.chunks': { target: 'streaming', actions: { type: 'keepPlace' } },
          },
        },
        waiting: {
          tags: ['WAITING_FOR_API_RESPONSE'],
          meta: { why: 'the model has not begun to answer', who: 'the model' },
          entry: { type: 'showLoop' },
          on: {
            'step.waiting': parkHere,
            'step.chunks': { target: 'streaming', actions: { type: 'keepPlace' } },
          },
        },
        parked: {
          tags: ['parked'],
          meta: {
            why: 'another environment holds this conversation’s turn',
            who: 'that environment, or whoever releases it',
          },
          entry: [{ type: 'tellParked' }, { type: 'showParked' }],
          exit: [{ type: 'tellUnparked' }, { type: 'showQueue' }],
          on: {
            'step.chunks': { target: 'streaming', actions: { type: 'keepPlace' } },
            'turn.giveBack': { target: '#turn.givingBack' },
          },
        },
        streaming: {
          tags: ['PROCESSING_API_RESPONSE'],
          meta: { why: 'the model is answering', who: 'the model' },
          entry: [
            { type: 'forgetOutages' },
            { type: 'tellRun' },
            { type: 'showLoop' },
            { type: 'showChunks' },
          ],
          on: { 'step.chunks': { actions: [{ type: 'keepPlace' }, { type: 'showChunks' }] } },
        },
      },
    },
    givingBack: {
      ...committing((context) => ({ op: 'giveBack', turnId: context.turnId }), '#turn.givenBack', null),
    },
    givenBack: {
      type: 'final',
      entry: { type: 'keepGivenBack' },
    },
    waitingForHub: {
      tags: ['processing', 'RETRYING_API_REQUEST'],
      meta: { why: 'the hub is out of reach; the step goes on when it is back', who: 'the hub' },
      entry: [{ type: 'countOutage' }, { type: 'showLoop' }],
      exit: { type: 'forgetRetryAfter' },
      after: { hubRetry: { target: 'sampling' } },
      on: { 'hub.returned': { target: 'sampling' }, 'turn.cancel': cancelHere },
    },
    busyElsewhere: {
      tags: ['processing', 'RETRYING_API_REQUEST'],
      meta: {
        why: 'another run of this conversation is under way at the hub; the step is posted again until it is taken',
        who: 'whoever that run belongs to',
      },
      entry: [{ type: 'showLoop' }, { type: 'showBusy' }],
      exit: { type: 'forgetRetryAfter' },
      after: { busyRetry: { target: 'sampling' } },
      on: {
        'hub.returned': { target: 'sampling' },
        'turn.cancel': [
          // The hub has nothing of this turn, and to cancel there would end the run of somebody else.
          {
            guard: 'isFirstStep',
            target: 'finishing',
            actions: [{ type: 'keepCancelled' }, { type: 'showState' }, { type: 'showInterrupted' }],
          },
          cancelHere,
        ],
      },
    },
    retrying: {
      tags: ['processing', 'RETRYING_API_REQUEST'],
      meta: { why: 'the model’s provider failed; trying again soon', who: 'the provider' },
      entry: [{ type: 'showLoop' }, { type: 'showRetry' }],
      exit: { type: 'forgetRetryAfter' },
      after: { retryDelay: { target: 'sampling' } },
      on: { 'turn.cancel': cancelHere },
    },
    recordingStep: {
      ...committing(
        (context) => ({
          op: 'endStep',
          turnId: context.turnId,
          step: context.step,
          runId: context.runId ?? '',
          calls: context.calls,
        }),
        '#turn.classifying',
        null,
      ),
      tags: ['processing', 'PROCESSING_API_RESPONSE'],
      entry: { type: 'tellRun' },
      on: { 'turn.cancel': cancelHere },
    },
    classifying: {
      tags: ['processing', 'PROCESSING_API_RESPONSE'],
      meta: { why: 'the calls are checked against the permissions', who: 'nobody' },
      on: {
        'turn.cancel': cancelHere,
        // After a restart an answer may come while the calls are looked up: look again.
        'approval.decided': { target: 'classifying', reenter: true },
      },
      invoke: {
        id: 'classify',
        src: 'classify',
        input: ({ context }) => ({
          scope: context.scope,
          turnId: context.turnId,
          step: context.step,
          calls: context.calls,
        }),
        onDone: [
          {
            guard: { type: 'somethingMoves', params: ({ event }) => event.output },
            target: 'tools.executing',
            actions: [
              { type: 'keepStandings', params: ({ event }) => event.output },
              { type: 'showClassified', params: ({ event }) => event.output },
            ],
          },
          {
            target: 'tools.awaitingApproval',
            actions: [
              { type: 'keepStandings', params: ({ event }) => event.output },
              { type: 'showClassified', params: ({ event }) => event.output },
            ],
          },
        ],
        onError: breakHere,
      },
    },
    tools: {
      // Before the batch begins, so that the loop status comes before the first call shows itself.
      entry: { type: 'showState' },
      invoke: {
        id: 'batch',
        src: 'toolBatch',
        input: ({ context, self }) => ({
          turnId: context.turnId,
          standings: context.standings,
          parent: self,
        }),
        onDone: [
          { guard: 'isStopping', target: 'cancelling', actions: { type: 'keepCancelled' } },
          { target: 'openingStep' },
        ],
        onError: breakHere,
      },
      initial: 'executing',
      states: {
        executing: {
          tags: ['processing', 'EXECUTING_CLIENT_SIDE_TOOL'],
          meta: { why: 'tools are running', who: 'the tools' },
          on: {
            'batch.waiting': { target: 'awaitingApproval', actions: { type: 'showState' } },
            'approval.decided': { actions: { type: 'passDecision' } },
            'turn.cancel': { target: 'stopping' },
          },
        },
        awaitingApproval: {
          tags: ['processing', 'WAITING_ON_APPROVAL'],
          meta: { why: 'a person must answer', who: 'anyone who may answer' },
          on: {
            'batch.moving': { target: 'executing', actions: { type: 'showState' } },
            'approval.decided': { actions: { type: 'passDecision' } },
            'turn.cancel': { target: 'stopping' },
          },
        },
        stopping: {
          id: 'stopping',
          meta: { why: 'the tools are being ended', who: 'the tools' },
          entry: [{ type: 'cancelBatch' }, { type: 'showState' }, { type: 'showInterrupted' }],
        },
      },
    },
    openingStep: {
      ...committing(
        (context) => ({ op: 'openStep', turnId: context.turnId, step: context.step + 1 }),
        '#turn.sampling',
        'nextStep',
      ),
      tags: ['processing', 'SENDING_API_REQUEST'],
      on: { 'turn.cancel': cancelHere },
    },
    cancelling: {
      initial: 'asking',
      entry: { type: 'showState' },
      states: {
        asking: {
          meta: { why: 'the hub is being told that this turn is cancelled', who: 'the hub' },
          invoke: {
            id: 'cancelRun',
            src: 'cancelRun',
            input: ({ context }) => ({ scope: context.scope, turnId: context.turnId }),
            onDone: [
              {
                guard: { type: 'isHubBack', params: ({ event }) => event.output },
                target: '#turn.finishing',
              },
              { target: 'waitingForHub' },
            ],
            onError: { target: '#turn.finishing', actions: keepBug },
          },
        },
        waitingForHub: {
          meta: { why: 'the hub is out of reach; the cancellation goes on when it is back', who: 'the hub' },
          entry: { type: 'countOutage' },
          after: { hubRetry: { target: 'asking' } },
          on: { 'hub.returned': { target: 'asking' } },
        },
      },
    },
    finishing: {
      ...committing(
        (context) => ({
          op: 'endTurn',
          turnId: context.turnId,
          stopReason: context.stopReason,
          error: context.error,
        }),
        '#turn.finished',
        null,
      ),
    },
    finished: {
      type: 'final',
      meta: { why: 'the turn is over', who: 'nobody' },
      // The error comes before the end of the turn, on the one ordered stream (D16).
      entry: [{ type: 'showState' }, { type: 'showError' }, { type: 'showFinished' }],
    },
  },
});
