import { type ActorRef, assign, enqueueActions, type Snapshot, sendTo, setup } from 'xstate';
import { type BatchCall, isMoving, isWaiting, startable } from './conflicts.ts';
import type { Decision, Standing } from './ports.ts';
import { type CallSaid, toolCallMachine } from './tool-call.ts';

/** What a batch tells its turn: whether anything moves, or only a person can help. */
export type BatchSaid = { type: 'batch.moving' } | { type: 'batch.waiting' };

export type ToolBatchEvent =
  | CallSaid
  | { type: 'approval.decided'; callId: string; decision: Decision }
  | { type: 'batch.cancel' };

export interface ToolBatchInput {
  turnId: string;
  standings: Standing[];
  parent: ActorRef<Snapshot<unknown>, BatchSaid>;
}

export interface ToolBatchContext {
  turnId: string;
  standings: Standing[];
  parent: ToolBatchInput['parent'];
  calls: BatchCall[];
}

const childId = (callId: string): string => `call:${callId}`;

/** The calls of a batch as they stand before any of them has spoken. */
export function batchCalls(standings: readonly Standing[]): BatchCall[] {
  return standings.map((standing) => ({
    id: standing.id,
    effect: 'effect' in standing ? standing.effect : { kind: 'reads', files: [] },
    heard: standing.kind === 'asking' ? 'asking' : standing.kind === 'allowed' ? 'ready' : 'settling',
  }));
}

/** The calls of one model step: what may run beside what, and when all of it is settled. */
export const toolBatchMachine = setup({
  types: {
    context: {} as ToolBatchContext,
    events: {} as ToolBatchEvent,
    input: {} as ToolBatchInput,
  },
  actors: { toolCall: toolCallMachine },
  guards: {
    allSettled: ({ context }) => context.calls.every((call) => call.heard === 'settled'),
    someMove: ({ context }) => isMoving(context.calls),
    allWait: ({ context }) => isWaiting(context.calls),
  },
  actions: {
    spawnCalls: enqueueActions(({ context, enqueue, self }) => {
      for (const standing of context.standings)
        enqueue.spawnChild('toolCall', {
          id: childId(standing.id),
          input: { turnId: context.turnId, standing, parent: self },
        });
    }),
    noteAllowed: assign(({ context, event }) =>
      event.type === 'call.allowed'
        ? {
            calls: context.calls.map((call) =>
              call.id === event.id && call.heard === 'asking'
                ? { ...call, effect: event.effect, heard: 'ready' as const }
                : call,
            ),
          }
        : {},
    ),
    noteSettled: assign(({ context, event }) =>
      event.type === 'call.settled'
        ? {
            calls: context.calls.map((call) =>
              call.id === event.id ? { ...call, heard: 'settled' as const } : call,
            ),
          }
        : {},
    ),
    dropCall: enqueueActions(({ event, enqueue }) => {
      if (event.type === 'call.settled') enqueue.stopChild(childId(event.id));
    }),
    startCalls: enqueueActions(({ context, enqueue }) => {
      const ids = startable(context.calls);
      if (ids.length === 0) return;
      for (const id of ids) enqueue.sendTo(childId(id), { type: 'call.start' });
      enqueue.assign({
        calls: context.calls.map((call) =>
          ids.includes(call.id) ? { ...call, heard: 'started' as const } : call,
        ),
      });
    }),
    passDecision: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'approval.decided') return;
      const call = context.calls.find((candidate) => candidate.id === event.callId);
      if (call?.heard !== 'asking') return;
      enqueue.sendTo(childId(call.id), event);
      if (event.decision.behavior === 'allow') return;
      // It settles by itself now: nobody waits for a person on its behalf.
      const refused = { ...call, heard: 'settling' as const };
      enqueue.assign({ calls: context.calls.map((other) => (other === call ? refused : other)) });
    }),
    cancelCalls: enqueueActions(({ context, enqueue }) => {
      for (const call of context.calls)
        if (call.heard !== 'settled') enqueue.sendTo(childId(call.id), { type: 'call.cancel' });
    }),
    tellMoving: sendTo(({ context }) => context.parent, { type: 'batch.moving' }),
    tellWaiting: sendTo(({ context }) => context.parent, { type: 'batch.waiting' }),
  },
}).createMachine({
  id: 'toolBatch',
  options: { maxIterations: 1000 },
  context: ({ input }) => ({
    turnId: input.turnId,
    standings: input.standings,
    parent: input.parent,
    calls: batchCalls(input.standings),
  }),
  entry: { type: 'spawnCalls' },
  initial: 'open',
  states: {
    open: {
      always: { guard: 'allSettled', target: 'settled' },
      on: {
        'call.allowed': { actions: [{ type: 'noteAllowed' }, { type: 'startCalls' }] },
        'call.settled': {
          actions: [{ type: 'noteSettled' }, { type: 'dropCall' }, { type: 'startCalls' }],
        },
        'approval.decided': { actions: { type: 'passDecision' } },
        'batch.cancel': { target: '.stopping', actions: { type: 'cancelCalls' } },
      },
      initial: 'weighing',
      states: {
        weighing: {
          always: [
            { guard: 'someMove', target: 'moving' },
            { guard: 'allWait', target: 'waiting' },
          ],
        },
        moving: {
          meta: { why: 'tools are running', who: 'the tools' },
          entry: { type: 'tellMoving' },
          always: { guard: 'allWait', target: 'waiting' },
        },
        waiting: {
          meta: {
            why: 'a person must answer before anything of this step goes on',
            who: 'anyone who may answer',
          },
          entry: { type: 'tellWaiting' },
          always: { guard: 'someMove', target: 'moving' },
        },
        stopping: {
          meta: { why: 'the tools are being ended', who: 'the tools' },
          on: {
            'call.allowed': {},
            'call.settled': { actions: [{ type: 'noteSettled' }, { type: 'dropCall' }] },
            'batch.cancel': {},
          },
        },
      },
    },
    settled: { type: 'final', meta: { why: 'every call has its outcome', who: 'nobody' } },
  },
});
