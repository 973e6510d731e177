import { type ActorRef, assign, type Snapshot, sendTo, setup } from 'xstate';

/** What the heart tells the machine that owns the link. */
export type HeartbeatSaid = { type: 'heartbeat.due' } | { type: 'heartbeat.lost' };

export type HeartbeatEvent =
  /** Anything at all came in over the link. */
  | { type: 'link.heard' }
  /** Somebody acted, the machine woke, the network changed: find out at once whether the link lives. */
  | { type: 'link.probe' };

export interface HeartbeatInput {
  parent: ActorRef<Snapshot<unknown>, HeartbeatSaid>;
}

/** Pings that may stay unanswered before the link counts as dead. Not wall time: a busy loop is no dead link. */
const MAX_UNANSWERED = 3;

/** Finds half-open links: pings every 30 s, and within seconds when asked to look now. */
export const heartbeatMachine = setup({
  types: {
    context: {} as { parent: HeartbeatInput['parent']; unanswered: number },
    events: {} as HeartbeatEvent,
    input: {} as HeartbeatInput,
  },
  guards: { tooManyUnanswered: ({ context }) => context.unanswered >= MAX_UNANSWERED },
  delays: { pingInterval: 30_000, probeTimeout: 5_000 },
  actions: {
    askForPing: sendTo(({ context }) => context.parent, { type: 'heartbeat.due' }),
    reportLoss: sendTo(({ context }) => context.parent, { type: 'heartbeat.lost' }),
    countPing: assign({ unanswered: ({ context }) => context.unanswered + 1 }),
    forgetPings: assign({ unanswered: 0 }),
  },
}).createMachine({
  id: 'heartbeat',
  options: { maxIterations: 1000 },
  context: ({ input }) => ({ parent: input.parent, unanswered: 0 }),
  initial: 'resting',
  on: { 'link.heard': { actions: { type: 'forgetPings' } } },
  states: {
    resting: {
      after: {
        pingInterval: [
          { guard: 'tooManyUnanswered', target: 'lost' },
          {
            target: 'resting',
            reenter: true,
            actions: [{ type: 'countPing' }, { type: 'askForPing' }],
          },
        ],
      },
      on: { 'link.probe': { target: 'probing' } },
    },
    probing: {
      meta: { why: 'asking whether the link lives', who: 'the other side' },
      entry: { type: 'askForPing' },
      after: { probeTimeout: { target: 'doubting' } },
      on: { 'link.heard': { target: 'resting', actions: { type: 'forgetPings' } } },
    },
    // A blocked event loop fires the timer before it reads the answer that is already there: ask twice.
    doubting: {
      meta: { why: 'no answer yet; asking once more', who: 'the other side' },
      entry: { type: 'askForPing' },
      after: { probeTimeout: { target: 'lost' } },
      on: { 'link.heard': { target: 'resting', actions: { type: 'forgetPings' } } },
    },
    lost: { type: 'final', entry: { type: 'reportLoss' } },
  },
});
