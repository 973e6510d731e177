import * as replies from './conversation.replies.ts';
import { conversationSetup } from './conversation.setup.ts';
import { closeTurn, keepQueued, noteArrival, resumeQueue, sayAborted } from './conversation.steps.ts';

export { nextTurn } from './conversation.setup.ts';
export type * from './conversation.types.ts';

/**
 * One conversation on this host: its queue, and at most one turn at a time. Every input goes through it. It is an
 * actor system of its own, alive while there is something to do, and owns no connection.
 */
export const conversationMachine = conversationSetup.createMachine({
  id: 'conversation',
  options: { maxIterations: 1000 },
  context: ({ input }) => ({
    scope: input.scope,
    seed: input.seed,
    queue: input.queue,
    taken: [],
    takenFromQueue: true,
    arriving: [],
    wishes: [],
    recovered: input.turn,
    begin: input.begin,
    turnId: null,
    runId: null,
    wanted: null,
  }),
  invoke: [
    { id: 'outbox', systemId: 'outbox', src: 'outbox', input: ({ context }) => ({ scope: context.scope }) },
    { id: 'desk', systemId: 'desk', src: 'desk', input: ({ context }) => ({ scope: context.scope }) },
  ],
  on: {
    'input.submitted': {
      actions: [
        { type: 'expect', params: ({ event }) => event.submission.clientMessageId },
        {
          type: 'tellDesk',
          params: ({ event }) => ({
            type: 'desk.accept',
            requestId: event.requestId,
            submission: event.submission,
          }),
        },
        { type: 'stayAwake' },
      ],
    },
    'input.repeated': {
      actions: [
        { type: 'reply', params: ({ context, event }) => replies.repeated(context.scope, event) },
        noteArrival,
      ],
    },
    'input.refused': {
      actions: [
        { type: 'reply', params: ({ context, event }) => replies.refused(context.scope, event) },
        noteArrival,
      ],
    },
    'answer.given': {
      actions: [
        {
          type: 'tellDesk',
          params: ({ event }) => ({
            type: 'desk.answer',
            requestId: event.requestId,
            answer: event.answer,
          }),
        },
        { type: 'stayAwake' },
      ],
    },
    'answer.settled': {
      actions: { type: 'reply', params: ({ context, event }) => replies.answerSettled(context.scope, event) },
    },
    'approval.decided': {
      actions: [{ type: 'show', params: ({ event }) => replies.decided(event) }, { type: 'showState' }],
    },
    'change.asked': {
      actions: [
        {
          type: 'tellDesk',
          params: ({ event }) => ({
            type: 'desk.change',
            requestId: event.requestId,
            mode: event.mode,
            cwd: event.cwd,
            by: event.by,
          }),
        },
        { type: 'stayAwake' },
      ],
    },
    'change.settled': {
      actions: [
        { type: 'reply', params: ({ event }) => replies.changed(event) },
        { type: 'show', params: ({ event }) => replies.changeFailed(event) },
        { type: 'showState' },
      ],
    },
    'abort.asked': {
      actions: {
        type: 'reply',
        params: ({ context, event }) => replies.aborted(context.scope, event.requestId, false),
      },
    },
    'cancellation.recorded': {
      actions: {
        type: 'reply',
        params: ({ context, event }) => replies.aborted(context.scope, event.requestId, false),
      },
    },
    'cancellation.failed': {
      actions: {
        type: 'reply',
        params: ({ context, event }) => replies.aborted(context.scope, event.requestId, false, event.error),
      },
    },
    'queue.resumeAsked': {
      actions: {
        type: 'reply',
        params: ({ context, event }) => replies.resumed(context.scope, event.requestId, 0),
      },
    },
    'withdraw.asked': [
      { guard: 'isArriving', actions: { type: 'keepWish', params: ({ event }) => event.request } },
      { actions: [{ type: 'withdraw' }, { type: 'stayAwake' }] },
    ],
    'withdrawal.settled': {
      actions: [
        { type: 'dropWithdrawn' },
        { type: 'show', params: ({ event }) => replies.removedFromQueue(event) },
        { type: 'reply', params: ({ event }) => replies.withdrawn(event) },
      ],
    },
    'withdrawal.failed': {
      actions: [
        { type: 'putBack', params: ({ event }) => event.item },
        { type: 'reply', params: ({ event }) => replies.withdrawn(event) },
        { type: 'showQueue' },
      ],
    },
    'sync.asked': {
      actions: {
        type: 'show',
        params: ({ event }) => ({ type: 'outbox.sync', reply: event.reply }),
      },
    },
    'command.asked': {
      actions: { type: 'refuseCommand', params: ({ event }) => replies.commandRefused(event) },
    },
  },
  initial: 'opening',
  states: {
    opening: {
      always: [
        { guard: 'beginsDrained', target: 'drained' },
        { guard: 'beginsHalting', target: 'running.halting', actions: { type: 'takeRecovered' } },
        {
          guard: 'beginsHeld',
          target: 'paused',
          actions: { type: 'show', params: () => replies.held() },
        },
        { guard: 'isRecovering', target: 'running', actions: { type: 'takeRecovered' } },
        { guard: 'beginsPaused', target: 'paused' },
        { target: 'deciding' },
      ],
    },
    deciding: {
      always: [
        // Its inputs were shown as waiting for as long as it was held.
        {
          guard: 'isRecovering',
          target: 'running',
          actions: [{ type: 'takeRecovered' }, { type: 'showQueue' }],
        },
        { guard: 'isQueued', target: 'running', actions: { type: 'takeNext' } },
        { target: 'idle' },
      ],
    },
    idle: {
      tags: ['resting'],
      meta: { why: 'nothing to do; waiting for a message', who: 'anyone who may send' },
      after: { idleLimit: { target: 'over' } },
      on: {
        'desk.asked': { target: 'idle', reenter: true },
        'input.accepted': [
          { guard: 'isUnwanted', actions: keepQueued },
          {
            target: 'running',
            actions: [
              {
                type: 'reply',
                params: ({ context, event }) => replies.accepted(context.scope, event, 'started'),
              },
              { type: 'takeDirect', params: ({ event }) => event.item },
              noteArrival,
            ],
          },
        ],
        // What somebody wants back is not begun because the store could not take it back.
        'withdrawal.failed': {
          target: 'paused',
          actions: [
            { type: 'putBack', params: ({ event }) => event.item },
            { type: 'reply', params: ({ event }) => replies.withdrawn(event) },
          ],
        },
        'conversation.drain': { target: 'drained' },
      },
    },
    paused: {
      tags: ['paused'],
      meta: {
        why: 'an abort, or a withdrawal that failed, paused the queue',
        who: 'anyone who sends a message or resumes the queue',
      },
      entry: { type: 'showQueue' },
      always: { guard: 'isEmpty', target: 'idle' },
      on: {
        'input.accepted': {
          target: 'deciding',
          actions: keepQueued,
        },
        'queue.resumeAsked': {
          target: 'deciding',
          actions: resumeQueue,
        },
        'conversation.drain': { target: 'drained' },
      },
    },
    running: {
      invoke: {
        id: 'turn',
        src: 'turn',
        input: ({ context, self }) => ({
          scope: context.scope,
          seed: context.seed,
          items: context.taken,
          wereQueued: context.takenFromQueue,
          recovered: context.recovered,
          parent: self,
        }),
        onDone: [
          { guard: 'isEnding', target: 'drained', actions: closeTurn },
          { guard: 'isHalted', target: 'paused', actions: closeTurn },
          { target: 'deciding', actions: closeTurn },
        ],
        onError: { target: 'broken' },
      },
      on: {
        'turn.opened': { actions: { type: 'keepTurn', params: ({ event }) => event.turnId } },
        'turn.runChanged': { actions: { type: 'keepRun', params: ({ event }) => event.runId } },
        'hub.returned': { actions: { type: 'tellHubReturned' } },
        'input.accepted': {
          actions: [...keepQueued, { type: 'showQueue' }],
        },
        'approval.decided': {
          actions: [
            { type: 'show', params: ({ event }) => replies.decided(event) },
            {
              type: 'passDecision',
              params: ({ event }) => ({ callId: event.callId, decision: event.decision }),
            },
            { type: 'showState' },
          ],
        },
        'abort.asked': {
          guard: 'namesTurn',
          actions: {
            type: 'tellDesk',
            params: ({ context, event }) => ({
              type: 'desk.cancel',
              requestId: event.requestId,
              turnId: context.turnId ?? '',
              by: event.by,
            }),
          },
        },
        'cancellation.recorded': { guard: 'isThisTurn', target: '.halting' },
        // Said without the store: a turn whose opening is not on disk yet would lose its input there.
        'withdraw.asked': {
          guard: 'wantsTaken',
          actions: { type: 'reply', params: ({ event }) => replies.dequeued(event) },
        },
      },
      initial: 'going',
      states: {
        going: {
          meta: { why: 'a turn is running', who: 'its own states say' },
          on: {
            'turn.parked': { target: 'parked' },
            'conversation.drain': { target: 'ending' },
          },
        },
        parked: {
          meta: {
            why: 'another environment holds this conversation’s turn',
            who: 'that environment, or whoever releases it',
          },
          on: {
            'turn.unparked': { target: 'going' },
            'withdraw.asked': {
              guard: 'mayAskBack',
              actions: [{ type: 'keepWanted', params: ({ event }) => event.request }, { type: 'askBack' }],
            },
            'conversation.drain': { target: 'ending' },
          },
        },
        halting: {
          id: 'halting',
          tags: ['paused'],
          meta: { why: 'the turn is being cancelled; the queue is paused', who: 'the tools and the hub' },
          entry: [
            { type: 'cancelTurn' },
            {
              type: 'reply',
              params: ({ context, event }) =>
                replies.aborted(
                  context.scope,
                  event.type === 'cancellation.recorded' ? event.requestId : null,
                  true,
                ),
            },
            { type: 'showQueue' },
          ],
          on: {
            'abort.asked': { guard: 'namesTurn', actions: sayAborted },
            'cancellation.recorded': { actions: sayAborted },
            'input.accepted': {
              target: 'haltingThenRunning',
              actions: keepQueued,
            },
            'queue.resumeAsked': {
              target: 'haltingThenRunning',
              actions: resumeQueue,
            },
            'conversation.drain': { target: 'ending' },
          },
        },
        haltingThenRunning: {
          meta: {
            why: 'the turn is being cancelled; the queue goes on after it',
            who: 'the tools and the hub',
          },
          entry: { type: 'showQueue' },
          on: {
            'conversation.drain': { target: 'ending' },
          },
        },
        ending: {
          id: 'ending',
          meta: { why: 'the host is stopping; this turn may still end', who: 'nobody' },
          on: {
            'cancellation.recorded': {
              guard: 'isThisTurn',
              actions: [{ type: 'cancelTurn' }, sayAborted],
            },
          },
        },
      },
    },
    drained: {
      tags: ['drained', 'resting'],
      meta: { why: 'the host is stopping; what comes is kept for its next start', who: 'nobody' },
      on: {
        'input.accepted': {
          actions: [...keepQueued, { type: 'showQueue' }],
        },
      },
    },
    over: { type: 'final', meta: { why: 'nothing to do for a while; the store keeps it', who: 'nobody' } },
    broken: {
      type: 'final',
      meta: {
        why: 'a fault of the host ended this conversation; its next input opens it again',
        who: 'nobody',
      },
    },
  },
});
