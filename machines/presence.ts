import { assign, emit, enqueueActions, fromCallback, sendTo, setup } from 'xstate';

/** A host's socket as the hub knows it. */
export interface HostSocket {
  /** This socket, and no other one ever. */
  id: string;
  /** The registration it came with. A higher one fences all lower ones. */
  generation: number;
  /** The process behind it: two sockets of one life are the same process coming back. */
  life: string;
}

export interface PresenceInput {
  environmentId: string;
  /** The highest generation that counts so far. */
  generation: number;
}

export type PresenceEvent =
  | { type: 'socket.opened'; socket: HostSocket }
  | { type: 'socket.closed'; id: string }
  /** A frame or a pong came in; told at most once a second. */
  | { type: 'socket.heard'; id: string }
  /** A new process of this environment has registered. */
  | { type: 'registration.renewed'; generation: number }
  | { type: 'environment.forget' };

/** Port `sockets`: what the machine asks of the sockets. `refuse` and `close` name the socket and why. */
export type SocketsCommand =
  | { type: 'sockets.take'; id: string; generation: number }
  | { type: 'sockets.probe'; id: string }
  /** `replaced`: a newer process. `dropped`: its own successor, or silence. `forgotten`: by a person. */
  | { type: 'sockets.close'; id: string; why: 'replaced' | 'dropped' | 'forgotten' };

export type PresenceEmitted = { type: 'presence.changed'; status: 'online' | 'stale' | 'offline' };

interface PresenceContext {
  environmentId: string;
  generation: number;
  socket: HostSocket | null;
}

/**
 * The hub's view of one environment: is its host there, through which socket, and of which generation.
 * Silence is asked about (`probe`) before it is taken for absence, so a hub that slept drops nobody unheard.
 */
export const presenceMachine = setup({
  types: {
    context: {} as PresenceContext,
    events: {} as PresenceEvent,
    input: {} as PresenceInput,
    emitted: {} as PresenceEmitted,
    tags: {} as 'online' | 'stale' | 'offline' | 'forgotten',
  },
  actors: {
    sockets: fromCallback<SocketsCommand, { environmentId: string }>(() => {
      throw new Error('sockets is not provided');
    }),
  },
  guards: {
    isFenced: ({ context }, socket: HostSocket) => socket.generation < context.generation,
    isWelcome: ({ context }, socket: HostSocket) => socket.generation >= context.generation,
    isCurrent: ({ context }, id: string) => context.socket?.id === id,
    isNewer: ({ context }, generation: number) => generation > context.generation,
  },
  delays: { silenceLimit: 90_000, probeLimit: 30_000 },
  actions: {
    /** Ends the socket there is, by name of the one that takes its place, and takes that one. */
    takeSocket: enqueueActions(({ context, enqueue }, socket: HostSocket) => {
      if (context.socket) {
        const why = context.socket.life === socket.life ? ('dropped' as const) : ('replaced' as const);
        enqueue.sendTo('sockets', { type: 'sockets.close', id: context.socket.id, why });
      }
      enqueue.assign({ socket, generation: socket.generation });
      enqueue.sendTo('sockets', { type: 'sockets.take', id: socket.id, generation: socket.generation });
    }),
    refuseSocket: sendTo('sockets', (_, socket: HostSocket) => ({
      type: 'sockets.close' as const,
      id: socket.id,
      why: 'replaced' as const,
    })),
    closeSocket: enqueueActions(({ context, enqueue }, why: 'replaced' | 'dropped' | 'forgotten') => {
      if (!context.socket) return;
      enqueue.sendTo('sockets', { type: 'sockets.close', id: context.socket.id, why });
      enqueue.assign({ socket: null });
    }),
    probeSocket: sendTo('sockets', ({ context }) => ({
      type: 'sockets.probe' as const,
      id: context.socket?.id ?? '',
    })),
    leaveSocket: assign({ socket: null }),
    raiseFence: assign((_, generation: number) => ({ generation })),
    announceOnline: emit({ type: 'presence.changed', status: 'online' }),
    announceStale: emit({ type: 'presence.changed', status: 'stale' }),
    announceOffline: emit({ type: 'presence.changed', status: 'offline' }),
  },
}).createMachine({
  id: 'presence',
  options: { maxIterations: 1000 },
  context: ({ input }) => ({
    environmentId: input.environmentId,
    generation: input.generation,
    socket: null,
  }),
  // One port for all its life: a socket is closed by a command, so that its close code says why.
  invoke: {
    id: 'sockets',
    src: 'sockets',
    input: ({ context }) => ({ environmentId: context.environmentId }),
    onError: { target: '.broken', actions: { type: 'leaveSocket' } },
  },
  initial: 'offline',
  on: {
    'socket.opened': {
      guard: { type: 'isFenced', params: ({ event }) => event.socket },
      actions: { type: 'refuseSocket', params: ({ event }) => event.socket },
    },
    'registration.renewed': {
      guard: { type: 'isNewer', params: ({ event }) => event.generation },
      actions: { type: 'raiseFence', params: ({ event }) => event.generation },
    },
    'environment.forget': {
      target: '.forgotten',
      actions: { type: 'closeSocket', params: 'forgotten' },
    },
  },
  states: {
    offline: {
      tags: ['offline'],
      meta: { why: 'no host is connected', who: 'the host' },
      on: {
        'socket.opened': {
          guard: { type: 'isWelcome', params: ({ event }) => event.socket },
          target: 'connected',
          actions: [{ type: 'takeSocket', params: ({ event }) => event.socket }, { type: 'announceOnline' }],
        },
      },
    },
    connected: {
      initial: 'online',
      on: {
        'socket.closed': {
          guard: { type: 'isCurrent', params: ({ event }) => event.id },
          target: 'offline',
          actions: [{ type: 'leaveSocket' }, { type: 'announceOffline' }],
        },
        'registration.renewed': {
          guard: { type: 'isNewer', params: ({ event }) => event.generation },
          target: 'offline',
          actions: [
            { type: 'raiseFence', params: ({ event }) => event.generation },
            { type: 'closeSocket', params: 'replaced' },
            { type: 'announceOffline' },
          ],
        },
      },
      states: {
        online: {
          tags: ['online'],
          meta: { why: 'the host is connected', who: 'nobody' },
          on: {
            'socket.heard': {
              guard: { type: 'isCurrent', params: ({ event }) => event.id },
              target: 'online',
              reenter: true,
            },
            'socket.opened': {
              guard: { type: 'isWelcome', params: ({ event }) => event.socket },
              target: 'online',
              reenter: true,
              actions: { type: 'takeSocket', params: ({ event }) => event.socket },
            },
          },
          after: {
            silenceLimit: { target: 'stale', actions: [{ type: 'probeSocket' }, { type: 'announceStale' }] },
          },
        },
        stale: {
          tags: ['stale'],
          meta: { why: 'the host has said nothing for 90 seconds', who: 'the network' },
          on: {
            'socket.heard': {
              guard: { type: 'isCurrent', params: ({ event }) => event.id },
              target: 'online',
              actions: { type: 'announceOnline' },
            },
            'socket.opened': {
              guard: { type: 'isWelcome', params: ({ event }) => event.socket },
              target: 'online',
              actions: [
                { type: 'takeSocket', params: ({ event }) => event.socket },
                { type: 'announceOnline' },
              ],
            },
          },
          after: {
            probeLimit: {
              target: '#presence.offline',
              actions: [{ type: 'closeSocket', params: 'dropped' }, { type: 'announceOffline' }],
            },
          },
        },
      },
    },
    forgotten: {
      type: 'final',
      tags: ['forgotten'],
      meta: { why: 'a person removed this environment', who: 'nobody' },
    },
    broken: {
      type: 'final',
      tags: ['offline'],
      meta: { why: 'the sockets cannot be reached, which is a bug', who: 'who maintains the hub' },
    },
  },
});
