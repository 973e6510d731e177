import { assign, emit, fromCallback, fromPromise, not, sendTo, setup, stateIn } from 'xstate';
import { backoffMs } from './backoff.ts';
import { type HeartbeatSaid, heartbeatMachine } from './heartbeat.ts';
import type { DeviceSocketCommand, DeviceSocketEvent, DeviceSocketInput, Registered } from './ports.ts';

export interface ConnectionInput {
  /** Stands in for chance in the waits between attempts. */
  seed: number;
}

export interface ConnectionContext {
  seed: number;
  attempt: number;
  registrations: number;
  /** Registrations since a connection last proved to be stable. */
  unproven: number;
  retryAfterMs: number;
  connectionId: string;
  wsUrl: string;
  linked: boolean;
  failure: string;
}

export type ConnectionEvent =
  | DeviceSocketEvent
  | HeartbeatSaid
  /** Something suggests that the link may be dead, or back: look now. */
  | { type: 'link.probe' }
  | { type: 'connection.close' };

export type ConnectionEmitted =
  | { type: 'connection.registered'; connectionId: string }
  | { type: 'connection.up'; resumed: boolean }
  | { type: 'connection.down' }
  /** `reason` is why it was lost or refused, as far as anybody said. */
  | { type: 'connection.retrying'; attempt: number; delayMs: number; reason: string }
  | { type: 'connection.superseded' }
  | { type: 'connection.refused'; message: string };

/** The close that tells a host that another process took its identity (protocol.md 2.2). */
const REPLACED_REASON = 'Replaced by new connection';

/**
 * The host's way to the hub. It owns nothing but its socket: turns, queues and approvals belong to
 * conversations and do not hear of registrations coming and going.
 */
export const connectionMachine = setup({
  types: {
    context: {} as ConnectionContext,
    events: {} as ConnectionEvent,
    input: {} as ConnectionInput,
    emitted: {} as ConnectionEmitted,
    tags: {} as 'online' | 'trying' | 'over',
  },
  actors: {
    register: fromPromise<Registered, { registrations: number }>(() => {
      throw new Error('register is not provided');
    }),
    deviceSocket: fromCallback<DeviceSocketCommand, DeviceSocketInput>(() => {
      throw new Error('deviceSocket is not provided');
    }),
    heartbeat: heartbeatMachine,
  },
  guards: {
    isRegistered: (_, registered: Registered) => registered.ok,
    // Once registered, a refusal is a hub or proxy in trouble: a host that ran for weeks does not give up on it.
    isRefused: ({ context }, registered: Registered) =>
      !registered.ok && registered.permanent && context.registrations === 0,
    isSuperseded: ({ event }) =>
      event.type === 'socket.closed' && event.code === 1000 && event.reason === REPLACED_REASON,
    isConnected: stateIn('#connected'),
    isDisconnected: not(stateIn('#connected')),
    isUnknownThere: ({ event }) => event.type === 'socket.closed' && event.code === 1008,
    isUnknownAgain: ({ context, event }) =>
      event.type === 'socket.closed' && event.code === 1008 && context.unproven > 1,
  },
  delays: {
    backoff: ({ context }) => Math.max(backoffMs(context.attempt, context.seed), context.retryAfterMs),
    openTimeout: 30_000,
    outageLimit: 300_000,
    stablePeriod: 10_000,
  },
  actions: {
    keepRegistration: assign(({ context }, registered: Registered) =>
      registered.ok
        ? {
            connectionId: registered.connectionId,
            wsUrl: registered.wsUrl,
            linked: registered.linked,
            registrations: context.registrations + 1,
            unproven: context.unproven + 1,
            retryAfterMs: 0,
          }
        : {},
    ),
    keepFailure: assign((_, registered: Registered) =>
      registered.ok ? {} : { failure: registered.message, retryAfterMs: registered.retryAfterMs },
    ),
    keepClosure: assign(({ event }) => (event.type === 'socket.closed' ? { failure: event.reason } : {})),
    keepSilence: assign({ failure: 'the hub fell silent' }),
    announceRegistered: emit(({ context }) => ({
      type: 'connection.registered' as const,
      connectionId: context.connectionId,
    })),
    announceUp: emit(({ event }) => ({
      type: 'connection.up' as const,
      resumed: event.type === 'socket.ready' && event.resumed,
    })),
    announceDown: emit({ type: 'connection.down' }),
    announceRetry: emit(({ context }) => ({
      type: 'connection.retrying' as const,
      attempt: context.attempt,
      delayMs: Math.max(backoffMs(context.attempt, context.seed), context.retryAfterMs),
      reason: context.failure,
    })),
    announceSuperseded: emit({ type: 'connection.superseded' }),
    announceRefused: emit(({ context }) => ({
      type: 'connection.refused' as const,
      message: context.failure,
    })),
    countAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
    forgetAttempts: assign({ attempt: 0, unproven: 0 }),
    forgetRetryAfter: assign({ retryAfterMs: 0 }),
    sendPing: sendTo('socket', { type: 'socket.ping' }),
    hear: sendTo('heartbeat', { type: 'link.heard' }),
    probe: sendTo('heartbeat', { type: 'link.probe' }),
  },
}).createMachine({
  id: 'connection',
  options: { maxIterations: 1000 },
  context: ({ input }) => ({
    seed: input.seed,
    attempt: 0,
    registrations: 0,
    unproven: 0,
    retryAfterMs: 0,
    connectionId: '',
    wsUrl: '',
    linked: false,
    failure: '',
  }),
  initial: 'registering',
  on: { 'connection.close': { target: '.closed' } },
  states: {
    registering: {
      tags: ['trying'],
      meta: { why: 'registering with the hub', who: 'the hub' },
      invoke: {
        id: 'register',
        src: 'register',
        input: ({ context }) => ({ registrations: context.registrations }),
        onDone: [
          {
            guard: { type: 'isRegistered', params: ({ event }) => event.output },
            target: 'attached',
            actions: [
              { type: 'keepRegistration', params: ({ event }) => event.output },
              { type: 'announceRegistered' },
            ],
          },
          {
            guard: { type: 'isRefused', params: ({ event }) => event.output },
            target: 'refused',
            actions: { type: 'keepFailure', params: ({ event }) => event.output },
          },
          {
            target: 'registeringLater',
            actions: { type: 'keepFailure', params: ({ event }) => event.output },
          },
        ],
        onError: { target: 'registeringLater' },
      },
    },
    registeringLater: {
      tags: ['trying'],
      meta: { why: 'the hub does not take the registration; trying again soon', who: 'the hub' },
      entry: [{ type: 'countAttempt' }, { type: 'announceRetry' }],
      exit: { type: 'forgetRetryAfter' },
      after: { backoff: { target: 'registering' } },
      on: { 'link.probe': { target: 'registering' } },
    },
    attached: {
      type: 'parallel',
      states: {
        link: {
          initial: 'socketed',
          states: {
            socketed: {
              initial: 'opening',
              invoke: {
                id: 'socket',
                src: 'deviceSocket',
                input: ({ context }) => ({
                  connectionId: context.connectionId,
                  wsUrl: context.wsUrl,
                  linked: context.linked,
                }),
                onError: { target: 'backoff' },
              },
              on: {
                'socket.closed': [
                  { guard: 'isSuperseded', target: '#connection.superseded' },
                  // A hub that registers a host and then does not know it is not asked again and again without a wait.
                  {
                    guard: 'isUnknownAgain',
                    target: '#connection.registeringLater',
                    actions: { type: 'keepClosure' },
                  },
                  { guard: 'isUnknownThere', target: '#connection.registering' },
                  { target: 'backoff', actions: { type: 'keepClosure' } },
                ],
              },
              states: {
                opening: {
                  tags: ['trying'],
                  meta: { why: 'opening the socket to the hub', who: 'the hub' },
                  on: { 'socket.ready': { target: 'connected' } },
                  after: {
                    openTimeout: {
                      target: '#connection.attached.link.backoff',
                      actions: { type: 'keepSilence' },
                    },
                  },
                },
                connected: {
                  id: 'connected',
                  tags: ['online'],
                  meta: { why: 'connected to the hub', who: 'nobody' },
                  entry: { type: 'announceUp' },
                  exit: { type: 'announceDown' },
                  invoke: { id: 'heartbeat', src: 'heartbeat', input: ({ self }) => ({ parent: self }) },
                  on: {
                    'socket.heard': { actions: { type: 'hear' } },
                    'link.probe': { actions: { type: 'probe' } },
                    'heartbeat.due': { actions: { type: 'sendPing' } },
                    'heartbeat.lost': {
                      target: '#connection.attached.link.backoff',
                      actions: { type: 'keepSilence' },
                    },
                  },
                  initial: 'fresh',
                  states: {
                    // A hub that accepts and then closes must not be asked again and again without a wait.
                    fresh: {
                      after: { stablePeriod: { target: 'proven', actions: { type: 'forgetAttempts' } } },
                    },
                    proven: {},
                  },
                },
              },
            },
            backoff: {
              tags: ['trying'],
              meta: { why: 'the hub is out of reach; trying again soon', who: 'the network' },
              entry: [{ type: 'countAttempt' }, { type: 'announceRetry' }],
              after: { backoff: { target: 'socketed' } },
              on: { 'link.probe': { target: 'socketed' } },
            },
          },
        },
        // The registration may have lapsed while nothing got through: after so long it is made again.
        outage: {
          initial: 'lasting',
          states: {
            lasting: {
              always: { guard: 'isConnected', target: 'none' },
              after: { outageLimit: { target: '#connection.registering' } },
            },
            none: { always: { guard: 'isDisconnected', target: 'lasting' } },
          },
        },
      },
    },
    superseded: {
      type: 'final',
      tags: ['over'],
      meta: { why: 'another process took this identity', who: 'whoever started it' },
      entry: { type: 'announceSuperseded' },
    },
    refused: {
      type: 'final',
      tags: ['over'],
      meta: { why: 'the hub refuses this registration', who: 'who keeps the hub' },
      entry: { type: 'announceRefused' },
    },
    closed: { type: 'final', tags: ['over'], meta: { why: 'closed by its owner', who: 'nobody' } },
  },
});
