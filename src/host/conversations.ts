import { type Actor, createActor } from 'xstate';
import type { createModelStep } from '../../actors/model-step.ts';
import type { createToolRunner } from '../../actors/tool-runner.ts';
import { type ConversationEvent, conversationMachine } from '../../machines/conversation.ts';
import type { Scope } from '../../machines/ports.ts';
import { toolBatchMachine } from '../../machines/tool-batch.ts';
import { toolCallMachine } from '../../machines/tool-call.ts';
import { turnMachine } from '../../machines/turn.ts';
import { recordRoot } from '../log/recorder.ts';
import type { SessionLog } from '../log/session-log.ts';
import { scopeKey } from '../protocol/scope.ts';
import type { createCancelRun } from './cancel-run.ts';
import type { createClassify } from './classify.ts';
import type { createCommit } from './commit.ts';
import type { createDesk } from './desk.ts';
import { labelOf } from './labels.ts';
import type { createOutbox } from './outbox.ts';
import { conversationInput } from './recovery.ts';
import type { ConversationSnapshot } from './status.ts';
import type { HostStore } from './store/host-store.ts';

type Machine = typeof conversationMachine;

/** The real actors behind the ports of a conversation and what runs in it. */
export interface ConversationEffects {
  desk: ReturnType<typeof createDesk>;
  outbox: ReturnType<typeof createOutbox>;
  commit: ReturnType<typeof createCommit>;
  classify: ReturnType<typeof createClassify>;
  modelStep: ReturnType<typeof createModelStep>;
  cancelRun: ReturnType<typeof createCancelRun>;
  toolRunner: ReturnType<typeof createToolRunner>;
}

/** The conversations of this host that are alive: each an actor system of its own, opened from the store. */
export interface Conversations {
  /** Brings an event to a conversation, opening it when it rests. */
  send(scope: Scope, event: ConversationEvent): void;
  /** To all that are alive. */
  broadcast(event: ConversationEvent): void;
  snapshot(scope: Scope): ConversationSnapshot | null;
  alive(): Scope[];
  /** From now on conversations belong to this hub; those of another one rest until it is back. */
  useHub(hub: string): void;
  /** Opens every conversation that has something to do. */
  recover(): void;
  rowOf(scope: Scope): number;
  drain(): void;
  stop(): void;
}

export interface ConversationsOptions {
  store: HostStore;
  log: SessionLog;
  effects: ConversationEffects;
  seed: () => number;
  onOpened: (key: string) => void;
  onClosed: (key: string) => void;
}

export function createConversations(options: ConversationsOptions): Conversations {
  const { store, log, onOpened, onClosed } = options;
  const machine = assemble(options.effects);
  const roots = new Map<string, { scope: Scope; actor: Actor<Machine> }>();
  let hub = '';
  let draining = false;

  const open = (scope: Scope): Actor<Machine> => {
    const row = store.conversations.ensure(hub, scope);
    const recorder = recordRoot(log, { root: `conversation:${row.key}`, labelOf });
    const actor = createActor(machine, {
      input: conversationInput(store, row, { seed: options.seed(), draining }),
      inspect: recorder.inspect,
      clock: recorder.clock,
    });
    const forget = (): void => {
      if (roots.get(row.key)?.actor !== actor) return;
      roots.delete(row.key);
      onClosed(row.key);
    };
    actor.subscribe({
      next: (snapshot) => {
        if (draining && snapshot.hasTag('drained')) onClosed(row.key);
      },
      complete: forget,
      error: (error) => {
        recorder.close();
        log.lifecycle('conversation_broken', { root: `conversation:${row.key}`, error: String(error) });
        forget();
      },
    });
    roots.set(row.key, { scope, actor });
    onOpened(row.key);
    actor.start();
    return actor;
  };

  const keyOf = (scope: Scope): string => scopeKey(scope.agentId, scope.conversationId);

  return {
    send(scope, event) {
      const actor = roots.get(keyOf(scope))?.actor ?? open(scope);
      actor.send(event);
    },
    broadcast(event) {
      for (const { actor } of [...roots.values()]) actor.send(event);
    },
    snapshot: (scope) => roots.get(keyOf(scope))?.actor.getSnapshot() ?? null,
    alive: () => [...roots.values()].map(({ scope }) => scope),
    useHub(next) {
      if (next === hub) return;
      for (const { actor } of [...roots.values()]) actor.stop();
      roots.clear();
      hub = next;
    },
    recover() {
      for (const row of store.conversations.open(hub)) if (!roots.has(row.key)) open(row.scope);
    },
    rowOf: (scope) => store.conversations.ensure(hub, scope).id,
    drain() {
      draining = true;
      for (const { actor } of [...roots.values()]) actor.send({ type: 'conversation.drain' });
    },
    stop() {
      for (const { actor } of [...roots.values()]) actor.stop();
      roots.clear();
    },
  };
}

function assemble(effects: ConversationEffects): Machine {
  const { desk, outbox, commit, classify, modelStep, cancelRun, toolRunner } = effects;
  const toolCall = toolCallMachine.provide({ actors: { commit, toolRunner } });
  const toolBatch = toolBatchMachine.provide({ actors: { toolCall } });
  const turn = turnMachine.provide({
    actors: { commit, classify, modelStep, cancelRun, toolBatch },
  });
  return conversationMachine.provide({ actors: { desk, outbox, turn } });
}
