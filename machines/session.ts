import { assign, emit, enqueueActions, fromCallback, fromPromise, sendTo, setup } from 'xstate';
import { backoffMs } from './backoff.ts';
import { type HeartbeatSaid, heartbeatMachine } from './heartbeat.ts';
import type {
  ClientSocketInput,
  Frame,
  Resolved,
  ResolveInput,
  Scope,
  SocketCommand,
  SocketEvent,
} from './ports.ts';

/** A command that waits for its answer. It is sent again after every reconnect until the answer is there. */
export interface Unanswered {
  requestId: string;
  /** As it is to be sent next: marked `resent` once it was sent. */
  frame: Frame;
}

const sentOnce = ({ requestId, frame }: Unanswered): Unanswered => ({
  requestId,
  frame: frame.type === 'input' ? { ...frame, resent: true } : frame,
});

export interface SessionInput {
  target: ResolveInput;
  /** Stands in for chance in the waits between attempts. */
  seed: number;
}

export interface SessionContext {
  target: ResolveInput;
  seed: number;
  attempt: number;
  environmentId: string;
  scope: Scope;
  cursor: string | null;
  unanswered: Unanswered[];
  failure: string;
}

export type SessionEvent =
  | SocketEvent
  | HeartbeatSaid
  /** A person or program asks something. `frame.request_id` must be `requestId`. */
  | { type: 'command.given'; requestId: string; frame: Frame }
  /** Somebody acted, the machine woke, the network changed: find out at once whether the link lives. */
  | { type: 'link.probe' }
  | { type: 'session.close' };

export type SessionEmitted =
  | { type: 'frame'; frame: Frame }
  | { type: 'answered'; requestId: string; frame: Frame }
  | { type: 'resolved'; environmentId: string; scope: Scope }
  | { type: 'link'; up: boolean };

/**
 * The client's side of one conversation, shared by web, terminal and SDK: finds the target, keeps a socket
 * to it, resumes by cursor, and sends every unanswered command again until it is answered.
 */
export const sessionMachine = setup({
  types: {
    context: {} as SessionContext,
    events: {} as SessionEvent,
    input: {} as SessionInput,
    emitted: {} as SessionEmitted,
    tags: {} as 'live' | 'settling',
  },
  actors: {
    heartbeat: heartbeatMachine,
    resolveTarget: fromPromise<Resolved, ResolveInput>(() => {
      throw new Error('resolveTarget is not provided');
    }),
    clientSocket: fromCallback<SocketCommand, ClientSocketInput>(() => {
      throw new Error('clientSocket is not provided');
    }),
  },
  guards: {
    isResolved: (_, resolved: Resolved) => resolved.ok,
    isPermanent: (_, resolved: Resolved) => !resolved.ok && resolved.permanent,
    isResumed: ({ event }) => event.type === 'socket.frame' && event.frame.type === 'resumed',
    isPong: ({ event }) => event.type === 'socket.frame' && event.frame.type === 'pong',
    isRefusedForGood: ({ event }) => event.type === 'socket.closed' && event.code === 1008,
    answersCommand: ({ context, event }) =>
      event.type === 'socket.frame' &&
      context.unanswered.some((command) => command.requestId === event.frame.request_id),
  },
  delays: {
    backoff: ({ context }) => backoffMs(context.attempt, context.seed),
    openTimeout: 10_000,
    syncTimeout: 10_000,
    stablePeriod: 10_000,
  },
  actions: {
    // What the person left open stays as it was answered first: a command kept for one machine never
    // reaches another because that one happens to be the only one online now.
    keepTarget: assign(({ context }, resolved: Resolved) =>
      resolved.ok
        ? {
            environmentId: resolved.environmentId,
            scope: resolved.scope,
            target: {
              environment: context.target.environment ?? resolved.environmentId,
              agent: context.target.agent ?? resolved.scope.agentId,
              conversation: context.target.conversation ?? resolved.scope.conversationId,
            },
          }
        : {},
    ),
    keepFailure: assign((_, failure: string) => ({ failure })),
    announceTarget: emit((_, resolved: Resolved) => ({
      type: 'resolved' as const,
      environmentId: resolved.ok ? resolved.environmentId : '',
      scope: resolved.ok ? resolved.scope : { agentId: null, conversationId: '' },
    })),
    announceUp: emit({ type: 'link', up: true }),
    announceDown: emit({ type: 'link', up: false }),
    countAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
    forgetAttempts: assign({ attempt: 0 }),
    passFrame: emit(({ event }) => ({
      type: 'frame' as const,
      frame: event.type === 'socket.frame' ? event.frame : { type: 'none' },
    })),
    // The answer to a resume names a cursor too; what lies before it is only now on its way.
    keepCursor: assign(({ context, event }) => {
      if (event.type !== 'socket.frame' || event.frame.type === 'resumed') return {};
      const { cursor } = event.frame;
      return { cursor: typeof cursor === 'string' ? cursor : context.cursor };
    }),
    keepCommand: assign(({ context, event }) =>
      event.type === 'command.given'
        ? { unanswered: [...context.unanswered, { requestId: event.requestId, frame: event.frame }] }
        : {},
    ),
    /** It was sent at once: if it has to be sent again, the hub is told so. */
    keepSentCommand: assign(({ context, event }) =>
      event.type === 'command.given'
        ? {
            unanswered: [...context.unanswered, sentOnce({ requestId: event.requestId, frame: event.frame })],
          }
        : {},
    ),
    settleCommand: assign(({ context, event }) =>
      event.type === 'socket.frame'
        ? {
            unanswered: context.unanswered.filter((command) => command.requestId !== event.frame.request_id),
          }
        : {},
    ),
    announceAnswer: emit(({ event }) => ({
      type: 'answered' as const,
      requestId: event.type === 'socket.frame' ? String(event.frame.request_id) : '',
      frame: event.type === 'socket.frame' ? event.frame : { type: 'none' },
    })),
    sendCommand: sendTo('socket', ({ event }) => ({
      type: 'socket.send' as const,
      frame: event.type === 'command.given' ? event.frame : { type: 'none' },
    })),
    sendUnanswered: enqueueActions(({ context, enqueue }) => {
      for (const { frame } of context.unanswered) enqueue.sendTo('socket', { type: 'socket.send', frame });
      enqueue.assign({ unanswered: context.unanswered.map(sentOnce) });
    }),
    sendResume: sendTo('socket', ({ context }) => ({
      type: 'socket.send' as const,
      frame: {
        type: 'resume',
        request_id: 'resume',
        runtime: { agent_id: context.scope.agentId, conversation_id: context.scope.conversationId },
        cursor: context.cursor,
      },
    })),
    sendPing: sendTo('socket', { type: 'socket.send', frame: { type: 'ping' } }),
    hear: sendTo('heartbeat', { type: 'link.heard' }),
    probe: sendTo('heartbeat', { type: 'link.probe' }),
  },
}).createMachine({
  id: 'session',
  options: { maxIterations: 1000 },
  initial: 'resolving',
  context: ({ input }) => ({
    target: input.target,
    seed: input.seed,
    attempt: 0,
    environmentId: '',
    scope: { agentId: null, conversationId: '' },
    cursor: null,
    unanswered: [],
    failure: '',
  }),
  on: {
    'command.given': { actions: { type: 'keepCommand' } },
    'session.close': { target: '.closed' },
  },
  states: {
    resolving: {
      tags: ['settling'],
      meta: { why: 'finding the environment, the agent and the conversation', who: 'the hub' },
      invoke: {
        id: 'resolve',
        src: 'resolveTarget',
        input: ({ context }) => context.target,
        onDone: [
          {
            guard: { type: 'isResolved', params: ({ event }) => event.output },
            target: 'connected',
            actions: [
              { type: 'keepTarget', params: ({ event }) => event.output },
              { type: 'announceTarget', params: ({ event }) => event.output },
            ],
          },
          {
            guard: { type: 'isPermanent', params: ({ event }) => event.output },
            target: 'refused',
            actions: {
              type: 'keepFailure',
              params: ({ event }) => (event.output.ok ? '' : event.output.message),
            },
          },
          { target: 'resolvingLater' },
        ],
        onError: { target: 'resolvingLater' },
      },
    },
    resolvingLater: {
      tags: ['settling'],
      meta: { why: 'the hub does not answer; trying again soon', who: 'the hub' },
      entry: { type: 'countAttempt' },
      after: { backoff: { target: 'resolving' } },
      on: { 'link.probe': { target: 'resolving' } },
    },
    connected: {
      initial: 'connecting',
      invoke: {
        id: 'socket',
        src: 'clientSocket',
        input: ({ context }) => ({ environmentId: context.environmentId, scope: context.scope }),
        onError: { target: 'reconnecting' },
      },
      on: {
        'socket.closed': [
          { guard: 'isRefusedForGood', target: 'resolvingLater' },
          { target: 'reconnecting' },
        ],
      },
      states: {
        connecting: {
          tags: ['settling'],
          meta: { why: 'opening the socket to the hub', who: 'the hub' },
          on: {
            'socket.opened': { target: 'syncing' },
            // A refused upgrade tells a browser nothing (401 and 404 look like an outage): REST says why.
            'socket.closed': { target: '#session.resolvingLater' },
          },
          after: { openTimeout: { target: '#session.reconnecting' } },
        },
        syncing: {
          tags: ['settling'],
          meta: { why: 'asking the hub for what was missed', who: 'the hub' },
          entry: { type: 'sendResume' },
          on: {
            'socket.frame': { guard: 'isResumed', target: 'live', actions: { type: 'passFrame' } },
          },
          after: { syncTimeout: { target: '#session.reconnecting' } },
        },
        live: {
          tags: ['live'],
          meta: { why: 'connected', who: 'nobody' },
          // Every command is idempotent by its client_message_id, request or turn: sending again is safe.
          entry: [{ type: 'announceUp' }, { type: 'sendUnanswered' }],
          exit: { type: 'announceDown' },
          initial: 'fresh',
          on: {
            'heartbeat.due': { actions: { type: 'sendPing' } },
            'heartbeat.lost': { target: '#session.reconnecting' },
            'link.probe': { actions: { type: 'probe' } },
            'command.given': { actions: [{ type: 'keepSentCommand' }, { type: 'sendCommand' }] },
            'socket.frame': [
              { guard: 'isPong', actions: { type: 'hear' } },
              {
                guard: 'answersCommand',
                actions: [{ type: 'hear' }, { type: 'announceAnswer' }, { type: 'settleCommand' }],
              },
              { actions: [{ type: 'hear' }, { type: 'keepCursor' }, { type: 'passFrame' }] },
            ],
          },
          states: {
            fresh: { after: { stablePeriod: { target: 'proven', actions: { type: 'forgetAttempts' } } } },
            proven: {},
          },
          invoke: { id: 'heartbeat', src: 'heartbeat', input: ({ self }) => ({ parent: self }) },
        },
      },
    },
    reconnecting: {
      tags: ['settling'],
      meta: { why: 'the connection was lost; trying again soon', who: 'the network' },
      entry: { type: 'countAttempt' },
      after: { backoff: { target: 'connected' } },
      on: { 'link.probe': { target: 'connected' } },
    },
    refused: {
      type: 'final',
      meta: { why: 'the hub has no such target', who: 'who chose the target' },
    },
    closed: { type: 'final', meta: { why: 'closed by its owner', who: 'nobody' } },
  },
  output: ({ context }) => ({ failure: context.failure }),
});
