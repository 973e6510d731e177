import { type AnyActorRef, assign, emit, fromCallback, fromPromise, sendTo, setup } from 'xstate';

/** A small machine with everything that a recording has to hold. At rest, its input can say all that it knows. */

type BellEvent = { type: 'bell.ready' } | { type: 'bell.rang' };
type Tick = { type: 'worker.ticked'; n: number };

/** A nested machine with an effect of its own, which speaks as soon as it is started. */
const worker = setup({
  types: {
    input: {} as { parent: AnyActorRef },
    context: {} as { parent: AnyActorRef; ready: boolean; ticks: number },
    events: {} as BellEvent,
  },
  actors: { bell: fromCallback<{ type: 'bell.hush' }>(missing) },
  actions: {
    noteReady: assign({ ready: true }),
    countTick: assign({ ticks: ({ context }) => context.ticks + 1 }),
    hush: sendTo('bell', { type: 'bell.hush' }),
    tellParent: sendTo(
      ({ context }) => context.parent,
      ({ context }) => ({ type: 'worker.ticked', n: context.ticks }),
    ),
  },
  delays: { tick: 2 },
}).createMachine({
  id: 'worker',
  context: ({ input }) => ({ parent: input.parent, ready: false, ticks: 0 }),
  invoke: { src: 'bell', id: 'bell' },
  on: { 'bell.ready': { actions: 'noteReady' }, 'bell.rang': { actions: 'hush' } },
  initial: 'ticking',
  states: {
    ticking: {
      after: { tick: { target: 'ticking', reenter: true, actions: ['countTick', 'tellParent'] } },
    },
  },
});

export type ModelCommand = { type: 'model.stop' };
export type ErrandEvent =
  | { type: 'errand.start'; what: string }
  | { type: 'errand.cancel' }
  | { type: 'errand.noticed'; n: number }
  | { type: 'errand.quit' }
  | { type: 'model.said'; text: string }
  | { type: 'model.stopped' }
  | { type: 'model.ended' }
  | Tick;

export const errand = setup({
  types: {
    input: {} as { name: string; heard?: string[]; ticks?: number },
    context: {} as { name: string; what: string; heard: string[]; ticks: number },
    events: {} as ErrandEvent,
    emitted: {} as { type: 'errand.heard'; n: number } | { type: 'errand.failed'; reason: string },
  },
  actors: {
    store: fromPromise<{ ok: boolean; reason: string }, { what: string }>(missing),
    model: fromCallback<ModelCommand, { what: string }>(missing),
    worker,
  },
  actions: {
    hear: assign({ heard: ({ context }, said: string) => [...context.heard, said] }),
    noteTick: assign({ ticks: ({ context }) => context.ticks + 1 }),
    noteWhat: assign({ what: (_, what: string) => what }),
    tellHeard: emit(({ context }) => ({ type: 'errand.heard', n: context.heard.length })),
    tellFailed: emit((_, reason: string) => ({ type: 'errand.failed', reason })),
    stopModel: sendTo('model', { type: 'model.stop' }),
  },
  guards: { isOk: (_, ok: boolean) => ok },
  delays: { fetchLimit: 6, rest: 1 },
}).createMachine({
  id: 'errand',
  context: ({ input }) => ({ name: input.name, what: '', heard: input.heard ?? [], ticks: input.ticks ?? 0 }),
  on: { 'errand.noticed': { actions: { type: 'hear', params: ({ event }) => `noticed ${event.n}` } } },
  initial: 'idle',
  states: {
    idle: {
      on: {
        'errand.start': {
          target: 'fetching',
          actions: { type: 'noteWhat', params: ({ event }) => event.what },
        },
        'errand.quit': { target: 'done' },
      },
    },
    fetching: {
      invoke: {
        src: 'store',
        id: 'store',
        input: ({ context }) => ({ what: context.what }),
        onDone: [
          { guard: { type: 'isOk', params: ({ event }) => event.output.ok }, target: 'working' },
          { target: 'idle', actions: { type: 'tellFailed', params: ({ event }) => event.output.reason } },
        ],
        onError: {
          target: 'idle',
          actions: { type: 'tellFailed', params: ({ event }) => messageOf(event.error) },
        },
      },
      after: { fetchLimit: { target: 'idle', actions: { type: 'tellFailed', params: 'too slow' } } },
    },
    working: {
      invoke: [
        {
          src: 'model',
          id: 'model',
          input: ({ context }) => ({ what: context.what }),
          onError: { target: 'idle' },
        },
        { src: 'worker', id: 'worker', input: ({ self }) => ({ parent: self }), onError: { target: 'idle' } },
      ],
      on: {
        'model.said': { actions: [{ type: 'hear', params: ({ event }) => event.text }, 'tellHeard'] },
        'model.ended': { target: 'resting' },
        'model.stopped': { target: 'idle' },
        'worker.ticked': { actions: 'noteTick' },
        'errand.cancel': { actions: 'stopModel' },
      },
    },
    resting: { after: { rest: { target: 'idle' } } },
    done: { type: 'final' },
  },
});

function missing(): never {
  throw new Error('not provided');
}

// An error is `{name, message}` in a replay, so a machine may ask for its message only.
function messageOf(error: unknown): string {
  return (error as { message: string }).message;
}
