import { Hono } from 'hono';
import type { Sampler } from '../../actors/models/sampler.ts';
import type { Database } from '../../actors/sqlite/database.ts';
import { StoreError } from '../../actors/sqlite/store-error.ts';
import type { Scope } from '../../machines/ports.ts';
import type { HubVariables } from './auth/middleware.ts';
import type { Canceller, Feed, Fence, HubData, HubLog } from './ports.ts';
import { Prompts } from './prompt/prompts.ts';
import { mountAgents } from './rest/agents.ts';
import { refuse } from './rest/answer.ts';
import { conversationOf } from './rest/conversation-of.ts';
import { mountConversations } from './rest/conversations.ts';
import type { DataContext } from './rest/data-context.ts';
import { mountMessages } from './rest/messages.ts';
import { mountModels } from './rest/models.ts';
import { mountNotHere } from './rest/not-here.ts';
import { mountRuns } from './rest/runs.ts';
import type { Caller } from './runs/caller.ts';
import type { Models } from './runs/models.ts';
import { resolveDevice } from './runs/post.ts';
import { problemOf } from './runs/problem.ts';
import { Runs, type RunTimes } from './runs/runs.ts';
import { wireMessage } from './runs/wire-message.ts';
import type { HubStore } from './store/hub-store.ts';
import { createSqliteHubStore } from './store/sqlite/store.ts';

export interface HubDataOptions {
  db: Database;
  sampler: Sampler;
  models: Models;
  feed: Feed;
  fence: Fence;
  log: HubLog;
  now: () => number;
  /** A new unique name without a prefix. */
  id: () => string;
  /** Milliseconds; tests shorten them. */
  times?: Partial<RunTimes & { pingMs: number }>;
}

/** Design.md 5.2 and protocol.md 5.4: ten minutes for a turn, a ping every ten seconds. */
const TIMES = { waitMs: 10 * 60_000, pingMs: 10_000, flushMs: 250 };

/** The data half of the hub: agents, conversations, messages, runs and the turn's lease. */
export async function createHubData(options: HubDataOptions): Promise<HubData> {
  const { sampler, models, feed, fence, log, now, id } = options;
  const times = { ...TIMES, ...options.times };
  const store = createSqliteHubStore(options.db);
  const prompts = new Prompts(store);
  const runs = new Runs(sampler, times, { store, prompts, models, feed, fence, log, now, id });
  await runs.recover();
  const keyOf = (scope: Scope): string | null => {
    const found = conversationOf(store, scope.conversationId, scope.agentId);
    return found.ok ? found.conversation.key : null;
  };
  return {
    routes: routesOf({ store, runs, models, fence, now, id, pingMs: times.pingMs }, log),
    conversationExists(agentId, conversationId) {
      const found = conversationOf(store, conversationId, agentId);
      return found.ok ? { agentId: found.conversation.agentId } : null;
    },
    async snapshot(scope, limit) {
      const key = keyOf(scope);
      if (key === null) return { messages: [], openRun: [] };
      const rows = await newest(store, key, limit);
      return { messages: rows.map(wireMessage), openRun: runs.openRun(key) };
    },
    isInterrupted: (runId) => runs.isInterrupted(runId),
    leaseOf(scope) {
      const key = keyOf(scope);
      return key === null ? null : (store.conversation(key)?.lease ?? null);
    },
    async turnState(agentId, conversationId, caller) {
      const found = conversationOf(store, conversationId, agentId);
      if (!found.ok) return null;
      const { key, lease, lastMessageAt, createdAt } = found.conversation;
      const { environment: asker } = resolveDevice(caller, [], lease, fence);
      const streaming = await store.listRuns(
        { limit: 1, order: 'desc' },
        { conversation: key, statuses: ['streaming'] },
      );
      const runIds = streaming.ok ? streaming.rows.map((run) => run.id) : [];
      return { lease, asker, runIds, activeAt: lastMessageAt ?? createdAt };
    },
    async releaseTurn(scope, by) {
      const key = keyOf(scope);
      if (key === null) return { released: false, turnId: null, environment: null, closedCalls: [] };
      return runs.release(key, by);
    },
    async cancelScope(scope, by, runIds) {
      const key = keyOf(scope);
      const where = scope.conversationId;
      if (key === null)
        return { ok: false, error: 'not_found', message: `there is no conversation "${where}"` };
      try {
        const cancelled = await runs.cancel(key, callerOf(by), runIds ?? null);
        if (cancelled.ok) return cancelled;
        const { error, message } = cancelled.problem;
        return { ok: false, error: error === 'not_the_holder' ? error : 'not_found', message };
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        return { ok: false, error: 'store_error', message: error.message };
      }
    },
    close: () => runs.close(),
  };
}

function routesOf(context: DataContext, log: HubLog): Hono<HubVariables> {
  const app = new Hono<HubVariables>();
  mountAgents(app, context);
  mountConversations(app, context);
  mountMessages(app, context);
  mountRuns(app, context);
  mountModels(app, context);
  mountNotHere(app, context);
  app.onError((error, c) => {
    const problem = problemOf(error);
    if (problem.status === 500)
      log.lifecycle('request_failed', { path: c.req.path, error: error.name, stack: error.stack ?? '' });
    return refuse(c, problem);
  });
  return app;
}

async function newest(store: HubStore, key: string, limit: number) {
  const listed = await store.listMessages(key, { limit, order: 'desc' });
  return listed.ok ? listed.rows.reverse() : [];
}

function callerOf({ person, environment }: Canceller): Caller {
  return { person, environment, generation: null, turnId: null, deviceId: null, actingUser: null };
}
