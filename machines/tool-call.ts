import { type ActorRef, assign, fromCallback, fromPromise, type Snapshot, sendTo, setup } from 'xstate';
import type {
  CallEffect,
  CommitOp,
  Committed,
  Decision,
  DeskCommand,
  JsonObject,
  OutboxCommand,
  RunCallInput,
  Standing,
  ToolEnded,
  ToolOutcome,
  ToolOutput,
} from './ports.ts';

/** What a call tells its batch. */
export type CallSaid =
  | { type: 'call.allowed'; id: string; effect: CallEffect }
  | { type: 'call.settled'; id: string };

export type ToolCallEvent =
  | ToolOutput
  | ToolEnded
  | { type: 'approval.decided'; callId: string; decision: Decision }
  /** From the batch: nothing that conflicts is in the way. */
  | { type: 'call.start' }
  | { type: 'call.cancel' };

export interface ToolCallInput {
  turnId: string;
  standing: Standing;
  parent: ActorRef<Snapshot<unknown>, CallSaid>;
}

export interface ToolCallContext {
  turnId: string;
  standing: Standing;
  parent: ToolCallInput['parent'];
  args: JsonObject;
  effect: CallEffect;
  comment: string | null;
  outcome: ToolOutcome;
}

/** What a timer takes at most; a call without a limit has a timer that does nothing. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const NO_EFFECT: CallEffect = { kind: 'reads', files: [] };
const NO_OUTCOME: ToolOutcome = { status: 'error', text: '' };
const INTERRUPTED: ToolOutcome = { status: 'error', text: 'Interrupted by user', outcome: 'cancelled' };
const NOT_ENDED: ToolOutcome = {
  status: 'error',
  text: 'Outcome unknown: the command did not end when it was told to. It may still run.',
  outcome: 'unknown',
};

const onAnswer = {
  'approval.decided': [
    { guard: 'isAllowedNow', target: 'allowed', actions: { type: 'keepDecision' } },
    { guard: 'isForThis', target: 'settling', actions: { type: 'keepRefusal' } },
  ],
  'call.cancel': { target: 'settling', actions: { type: 'keepInterruption' } },
} as const;

/** One tool call, from what the model proposed to an outcome that is on disk. */
export const toolCallMachine = setup({
  types: {
    context: {} as ToolCallContext,
    events: {} as ToolCallEvent,
    input: {} as ToolCallInput,
    tags: {} as 'asking' | 'executing',
  },
  actors: {
    commit: fromPromise<Committed, CommitOp>(() => {
      throw new Error('commit is not provided');
    }),
    toolRunner: fromCallback<{ type: 'tool.cancel' }, RunCallInput>(() => {
      throw new Error('toolRunner is not provided');
    }),
  },
  guards: {
    hasLimit: ({ context }) => context.standing.kind === 'asking' && context.standing.limitMs !== undefined,
    isSettled: ({ context }) => context.standing.kind === 'settled',
    isDenied: ({ context }) => context.standing.kind === 'denied',
    isAsking: ({ context }) => context.standing.kind === 'asking',
    isForThis: ({ context, event }) =>
      event.type === 'approval.decided' && event.callId === context.standing.id,
    isAllowedNow: ({ context, event }) =>
      event.type === 'approval.decided' &&
      event.callId === context.standing.id &&
      event.decision.behavior === 'allow',
    isOwnOutput: ({ context, event }) => 'callId' in event && event.callId === context.standing.id,
    isCommitted: (_, committed: Committed) => committed.ok,
  },
  delays: {
    storeRetry: 1_000,
    cancelLimit: 15_000,
    approvalLimit: ({ context }) =>
      (context.standing.kind === 'asking' ? context.standing.limitMs : undefined) ?? LONGEST_TIMER_MS,
  },
  actions: {
    tellAllowed: sendTo(
      ({ context }) => context.parent,
      ({ context }) => ({
        type: 'call.allowed' as const,
        id: context.standing.id,
        effect: context.effect,
      }),
    ),
    tellSettled: sendTo(
      ({ context }) => context.parent,
      ({ context }) => ({ type: 'call.settled' as const, id: context.standing.id }),
    ),
    keepDecision: assign(({ event }) =>
      event.type === 'approval.decided' && event.decision.behavior === 'allow'
        ? { args: event.decision.args, effect: event.decision.effect, comment: event.decision.message }
        : {},
    ),
    keepRefusal: assign(({ event }) =>
      event.type === 'approval.decided' && event.decision.behavior === 'deny'
        ? { outcome: { status: 'error' as const, text: event.decision.message, outcome: 'denied' as const } }
        : {},
    ),
    keepDenial: assign(({ context }) =>
      context.standing.kind === 'denied'
        ? { outcome: { status: 'error' as const, text: context.standing.reason, outcome: 'denied' as const } }
        : {},
    ),
    keepOutcome: assign(({ context, event }) =>
      event.type === 'tool.ended' ? { outcome: withComment(event.outcome, context.comment) } : {},
    ),
    keepOldOutcome: assign(({ context }) =>
      context.standing.kind === 'settled' ? { outcome: context.standing.outcome } : {},
    ),
    keepInterruption: assign({ outcome: INTERRUPTED }),
    keepUnknown: assign({ outcome: NOT_ENDED }),
    stopRunner: sendTo('runner', { type: 'tool.cancel' }),
    // By the same door as a person's answer, so that only one of them counts.
    answerForNobody: sendTo(
      ({ system }) => system.get('desk'),
      ({ context }): DeskCommand => ({
        type: 'desk.expire',
        approvalId: context.standing.kind === 'asking' ? context.standing.approvalId : '',
      }),
    ),
    askPerson: sendTo(
      ({ system }) => system.get('outbox'),
      ({ context }): OutboxCommand =>
        context.standing.kind === 'asking'
          ? { type: 'outbox.ask', standing: context.standing }
          : { type: 'outbox.show', what: [] },
    ),
    showLoop: sendTo(
      ({ system }) => system.get('outbox'),
      (): OutboxCommand => ({ type: 'outbox.show', what: ['loop', 'device'] }),
    ),
    showStart: sendTo(
      ({ system }) => system.get('outbox'),
      ({ context }): OutboxCommand => ({
        type: 'outbox.delta',
        delta: {
          message_type: 'client_tool_start',
          tool_call_id: context.standing.id,
          tool_name: context.standing.name,
          tool_args: JSON.stringify(context.args),
        },
      }),
    ),
    showOutput: sendTo(
      ({ system }) => system.get('outbox'),
      ({ context, event }): OutboxCommand => ({
        type: 'outbox.delta',
        delta: {
          id: `synthetic-tool-return-stream-${context.standing.id}`,
          ...toolReturn(context.standing.id, {
            status: 'success',
            text: event.type === 'tool.output' ? event.text : '',
          }),
        },
      }),
    ),
    showEnd: sendTo(
      ({ system }) => system.get('outbox'),
      ({ context }): OutboxCommand => ({
        type: 'outbox.delta',
        delta: {
          message_type: 'client_tool_end',
          tool_call_id: context.standing.id,
          status: context.outcome.status,
          ...(context.outcome.outcome ? { outcome: context.outcome.outcome } : {}),
        },
      }),
    ),
    showReturn: sendTo(
      ({ system }) => system.get('outbox'),
      ({ context }): OutboxCommand => ({
        type: 'outbox.delta',
        delta: {
          id: `synthetic-tool-return-${context.standing.id}`,
          ...toolReturn(context.standing.id, context.outcome),
        },
      }),
    ),
  },
}).createMachine({
  id: 'toolCall',
  options: { maxIterations: 1000 },
  context: ({ input }) => ({
    turnId: input.turnId,
    standing: input.standing,
    parent: input.parent,
    args: 'args' in input.standing ? input.standing.args : {},
    effect: 'effect' in input.standing ? input.standing.effect : NO_EFFECT,
    comment: input.standing.kind === 'allowed' ? input.standing.comment : null,
    outcome: NO_OUTCOME,
  }),
  initial: 'proposed',
  states: {
    proposed: {
      always: [
        {
          // Found on disk by a restart: whoever saw the call begin has not heard how it ended.
          guard: 'isSettled',
          target: 'settled',
          actions: [{ type: 'keepOldOutcome' }, { type: 'showEnd' }, { type: 'showReturn' }],
        },
        { guard: 'isDenied', target: 'settling', actions: { type: 'keepDenial' } },
        { guard: 'isAsking', target: 'awaitingApproval' },
        { target: 'allowed' },
      ],
    },
    awaitingApproval: {
      tags: ['asking'],
      meta: { why: 'a person must allow or deny this call', who: 'anyone who may answer' },
      entry: { type: 'askPerson' },
      after: { approvalLimit: { guard: 'hasLimit', target: 'expired' } },
      on: onAnswer,
    },
    expired: {
      tags: ['asking'],
      meta: { why: 'nobody answered in time; that is being written down', who: 'nobody' },
      entry: { type: 'answerForNobody' },
      // Said again until it is decided: the store may have refused.
      after: { storeRetry: { target: 'expired', reenter: true } },
      on: onAnswer,
    },
    allowed: {
      meta: { why: 'an earlier call of this step must end first', who: 'nobody' },
      entry: { type: 'tellAllowed' },
      on: {
        'call.start': { target: 'starting' },
        'call.cancel': { target: 'settling', actions: { type: 'keepInterruption' } },
      },
    },
    starting: {
      initial: 'recording',
      on: { 'call.cancel': { target: 'settling', actions: { type: 'keepInterruption' } } },
      states: {
        recording: {
          invoke: {
            id: 'intent',
            src: 'commit',
            input: ({ context }) => ({
              op: 'recordIntent' as const,
              turnId: context.turnId,
              callId: context.standing.id,
              args: context.args,
            }),
            onDone: [
              {
                guard: { type: 'isCommitted', params: ({ event }) => event.output },
                target: '#toolCall.running',
              },
              { target: 'blocked' },
            ],
            onError: { target: 'blocked' },
          },
        },
        blocked: {
          meta: { why: 'the host cannot write to its store', who: 'who keeps the host’s disk' },
          after: { storeRetry: { target: 'recording' } },
        },
      },
    },
    running: {
      tags: ['executing'],
      entry: [{ type: 'showLoop' }, { type: 'showStart' }],
      exit: { type: 'showLoop' },
      invoke: {
        id: 'runner',
        src: 'toolRunner',
        input: ({ context }) => ({
          callId: context.standing.id,
          name: context.standing.name,
          args: context.args,
          cwd: 'cwd' in context.standing ? context.standing.cwd : '',
          effect: context.effect,
        }),
        onError: { target: 'settling', actions: { type: 'keepUnknown' } },
      },
      on: {
        'tool.output': { guard: 'isOwnOutput', actions: { type: 'showOutput' } },
        'tool.ended': { guard: 'isOwnOutput', target: 'settling', actions: { type: 'keepOutcome' } },
      },
      initial: 'working',
      states: {
        working: {
          meta: { why: 'the tool is running', who: 'the tool' },
          on: { 'call.cancel': { target: 'stopping' } },
        },
        stopping: {
          meta: { why: 'the tool is being ended', who: 'the tool' },
          entry: { type: 'stopRunner' },
          after: { cancelLimit: { target: '#toolCall.settling', actions: { type: 'keepUnknown' } } },
        },
      },
    },
    settling: {
      initial: 'recording',
      states: {
        recording: {
          invoke: {
            id: 'outcome',
            src: 'commit',
            input: ({ context }) => ({
              op: 'recordOutcome' as const,
              turnId: context.turnId,
              callId: context.standing.id,
              outcome: context.outcome,
            }),
            onDone: [
              {
                guard: { type: 'isCommitted', params: ({ event }) => event.output },
                target: '#toolCall.settled',
                actions: [{ type: 'showEnd' }, { type: 'showReturn' }],
              },
              { target: 'blocked' },
            ],
            onError: { target: 'blocked' },
          },
        },
        blocked: {
          meta: { why: 'the host cannot write to its store', who: 'who keeps the host’s disk' },
          after: { storeRetry: { target: 'recording' } },
        },
      },
    },
    settled: {
      type: 'final',
      meta: { why: 'this call has its outcome', who: 'nobody' },
      entry: { type: 'tellSettled' },
    },
  },
});

/** An allowance may come with a comment, which the model must see before the result (protocol.md 5.2 c). */
function withComment(outcome: ToolOutcome, comment: string | null): ToolOutcome {
  if (!comment) return outcome;
  const prefix = `The user approved the tool execution with the following comment: ${JSON.stringify(comment)}`;
  return { ...outcome, text: `${prefix}\n${outcome.text}` };
}

function toolReturn(callId: string, outcome: ToolOutcome): JsonObject & { message_type: string } {
  const one: JsonObject = {
    tool_call_id: callId,
    status: outcome.status,
    tool_return: outcome.text,
    ...(outcome.stdout ? { stdout: outcome.stdout } : {}),
    ...(outcome.stderr ? { stderr: outcome.stderr } : {}),
    ...(outcome.outcome ? { outcome: outcome.outcome } : {}),
  };
  return { message_type: 'tool_return_message', ...one, tool_returns: [one] };
}
