import { z } from 'zod';
import { readCaller } from '../runs/caller.ts';
import { wireMessage } from '../runs/wire-message.ts';
import type { RunStatus } from '../store/rows.ts';
import { forbidden, notFound, refuse } from './answer.ts';
import { conversationOf } from './conversation-of.ts';
import { both, type DataContext, type DataRoutes } from './data-context.ts';
import { listed, many, pageOf, readPage } from './page-query.ts';
import { readBody } from './read-body.ts';
import { wireRun } from './wire-run.ts';

const cancelSchema = z.looseObject({ run_ids: z.array(z.string().min(1)).nullish() });

/** Letta's words for the states of a run. */
const STATUSES: Record<string, RunStatus> = {
  created: 'streaming',
  running: 'streaming',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

export function mountRuns(app: DataRoutes, context: DataContext): void {
  const { store, runs } = context;

  app.on('GET', both('/v1/runs'), async (c) => {
    const read = readPage(c);
    if (!read.ok) return refuse(c, read.problem);
    const agentId = c.req.query('agent_id');
    const named = c.req.query('conversation_id');
    const found = named ? conversationOf(store, named, agentId ?? null) : null;
    if (found && !found.ok) return refuse(c, found.problem);
    const wished = c.req.query('active') === 'true' ? ['running'] : many(c, 'statuses');
    const rows = await store.listRuns(read.page, {
      agentIds: many(c, 'agent_ids') ?? (agentId ? [agentId] : undefined),
      conversation: found?.conversation.key,
      statuses: wished?.flatMap((status) => STATUSES[status] ?? []),
      stopReason: c.req.query('stop_reason'),
    });
    return listed(c, rows, wireRun);
  });

  app.get('/v1/runs/:id', async (c) => {
    const run = await store.run(c.req.param('id'));
    return run ? c.json(wireRun(run)) : refuse(c, noRun(c.req.param('id')));
  });

  app.get('/v1/runs/:id/usage', async (c) => {
    const run = await store.run(c.req.param('id'));
    if (!run) return refuse(c, noRun(c.req.param('id')));
    const none = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, step_count: 0 };
    return c.json(run.usage ?? none);
  });

  app.get('/v1/runs/:id/messages', async (c) => {
    const run = await store.run(c.req.param('id'));
    if (!run) return refuse(c, noRun(c.req.param('id')));
    const read = readPage(c);
    if (!read.ok) return refuse(c, read.problem);
    return listed(c, pageOf(await store.messagesOfRun(run.id), read.page), wireMessage);
  });

  app.post('/v1/agents/:id/messages/cancel', async (c) => {
    const person = c.get('person');
    const refusal = forbidden(person, 'send', 'cancelling');
    if (refusal) return refuse(c, refusal);
    const agentId = c.req.param('id');
    if (!store.agent(agentId)) return refuse(c, notFound(`there is no agent "${agentId}"`));
    const caller = readCaller((name) => c.req.header(name), person);
    if (!caller.ok) return refuse(c, caller.problem);
    const read = await readBody(c, cancelSchema);
    if (!read.ok) return refuse(c, read.problem);
    const byConversation = new Map<string, string[] | null>();
    for (const id of read.body.run_ids ?? []) {
      const run = await store.run(id);
      if (!run || run.agentId !== agentId) return refuse(c, noRun(id));
      byConversation.set(run.conversation, [...(byConversation.get(run.conversation) ?? []), id]);
    }
    if (!read.body.run_ids) for (const key of runs.streamingOf(agentId)) byConversation.set(key, null);
    const statuses: Record<string, string> = {};
    for (const [key, ids] of byConversation) {
      const cancelled = await runs.cancel(key, caller.caller, ids);
      if (!cancelled.ok) return refuse(c, cancelled.problem);
      Object.assign(statuses, cancelled.runs);
    }
    return c.json(statuses);
  });
}

const noRun = (id: string) => notFound(`there is no run "${id}"`);
