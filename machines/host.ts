import { assign, emit, fromPromise, setup } from 'xstate';

export interface HostInput {
  /** How long a turn may go on after the host was told to stop, in milliseconds. */
  drainLimitMs: number;
}

export interface HostContext {
  drainLimitMs: number;
  /** Keys of the conversations that are alive. */
  conversations: string[];
  reason: string;
  code: number;
}

export type HostEvent =
  | { type: 'conversation.opened'; key: string }
  /** It is over, or (while draining) begins nothing more. */
  | { type: 'conversation.closed'; key: string }
  | { type: 'host.drain' }
  | { type: 'host.superseded' }
  | { type: 'host.refused'; message: string }
  /** The disk does not keep what is written: nothing may be promised any more. */
  | { type: 'host.faulted'; message: string };

export type HostEmitted = { type: 'host.recovered' } | { type: 'host.draining' };

const EXIT_SUPERSEDED = 3;
const EXIT_FAILURE = 1;

/** The process `signalbox server`: what it was doing when it died comes first, what it is doing ends orderly. */
export const hostMachine = setup({
  types: {
    context: {} as HostContext,
    events: {} as HostEvent,
    input: {} as HostInput,
    emitted: {} as HostEmitted,
    output: {} as { code: number; reason: string },
    tags: {} as 'accepting',
  },
  actors: {
    recover: fromPromise<{ ended: number; unknown: number }>(() => {
      throw new Error('recover is not provided');
    }),
  },
  guards: { isQuiet: ({ context }) => context.conversations.length === 0 },
  delays: { drainLimit: ({ context }) => context.drainLimitMs },
  actions: {
    addConversation: assign(({ context }, key: string) => ({
      conversations: context.conversations.includes(key)
        ? context.conversations
        : [...context.conversations, key],
    })),
    dropConversation: assign(({ context }, key: string) => ({
      conversations: context.conversations.filter((other) => other !== key),
    })),
    keepEnd: assign((_, end: { code: number; reason: string }) => end),
    announceRecovered: emit({ type: 'host.recovered' }),
    announceDraining: emit({ type: 'host.draining' }),
  },
}).createMachine({
  id: 'host',
  options: { maxIterations: 1000 },
  context: ({ input }) => ({
    drainLimitMs: input.drainLimitMs,
    conversations: [],
    reason: 'stopped',
    code: 0,
  }),
  output: ({ context }) => ({ code: context.code, reason: context.reason }),
  on: {
    'conversation.opened': {
      actions: { type: 'addConversation', params: ({ event }) => event.key },
    },
    'conversation.closed': {
      actions: { type: 'dropConversation', params: ({ event }) => event.key },
    },
    'host.faulted': {
      target: '.stopped',
      actions: {
        type: 'keepEnd',
        params: ({ event }) => ({ code: EXIT_FAILURE, reason: event.message }),
      },
    },
    'host.superseded': {
      target: '.stopped',
      actions: {
        type: 'keepEnd',
        params: {
          code: EXIT_SUPERSEDED,
          reason: 'another process took this identity: it registered under the same device and name',
        },
      },
    },
    'host.refused': {
      target: '.stopped',
      actions: {
        type: 'keepEnd',
        params: ({ event }) => ({ code: EXIT_FAILURE, reason: event.message }),
      },
    },
  },
  initial: 'starting',
  states: {
    starting: {
      meta: { why: 'ending what the last life of this host left running', who: 'nobody' },
      invoke: {
        id: 'recover',
        src: 'recover',
        onDone: { target: 'running', actions: { type: 'announceRecovered' } },
        onError: {
          target: 'stopped',
          actions: {
            type: 'keepEnd',
            params: ({ event }: { event: { error: unknown } }) => ({
              code: EXIT_FAILURE,
              reason: `recovery failed: ${event.error instanceof Error ? event.error.message : String(event.error)}`,
            }),
          },
        },
      },
      on: { 'host.drain': { target: 'stopped' } },
    },
    running: {
      tags: ['accepting'],
      meta: { why: 'running', who: 'anyone who may send' },
      on: { 'host.drain': { target: 'draining' } },
    },
    draining: {
      meta: { why: 'stopping; running turns may end within a limit', who: 'nobody' },
      entry: { type: 'announceDraining' },
      always: { guard: 'isQuiet', target: 'stopped' },
      after: { drainLimit: { target: 'stopped' } },
      // Told twice: at once.
      on: { 'host.drain': { target: 'stopped' } },
    },
    stopped: { type: 'final', meta: { why: 'stopped', who: 'nobody' } },
  },
});
