import type { JsonObject } from '../../../machines/ports.ts';
import { type ConversationCreate, cancelPostSchema, conversationCreateSchema } from '../../protocol/rest.ts';
import { readCaller } from '../runs/caller.ts';
import { readResults } from '../runs/step.ts';
import type { ConversationFields, ConversationRow } from '../store/rows.ts';
import { badModel } from './agents.ts';
import { forbidden, invalid, notFound, refuse } from './answer.ts';
import { conversationOf } from './conversation-of.ts';
import { both, type DataContext, type DataRoutes } from './data-context.ts';
import { listed, readPage } from './page-query.ts';
import { readBody } from './read-body.ts';
import { wireConversation } from './wire-conversation.ts';

/** In an update, null means "leave it", as it does in Letta's. */
const conversationUpdateSchema = conversationCreateSchema.extend({
  archived: conversationCreateSchema.shape.archived.nullable(),
});

const EMPTY: ConversationFields = {
  summary: null,
  description: null,
  model: null,
  modelSettings: null,
  contextWindowLimit: null,
  archivedAt: null,
};

export function mountConversations(app: DataRoutes, context: DataContext): void {
  const { store, now } = context;

  app.on('POST', both('/v1/conversations'), async (c) => {
    const refusal = forbidden(c.get('person'), 'send', 'making a conversation');
    if (refusal) return refuse(c, refusal);
    const read = await readBody(c, conversationCreateSchema);
    if (!read.ok) return refuse(c, read.problem);
    const problem = badModel(read.body.model);
    if (problem) return refuse(c, problem);
    const agentId = c.req.query('agent_id') ?? (read.body.agent_id as string | undefined);
    if (!agentId) return refuse(c, invalid('agent_id', 'name the agent in the query: ?agent_id=agent-…'));
    if (!store.agent(agentId)) return refuse(c, notFound(`there is no agent "${agentId}"`));
    const conversation = newConversation(context, agentId, read.body, c.get('person').tokenId);
    await store.createConversation(conversation);
    await store.durable();
    return c.json(wireConversation(conversation));
  });

  app.on('GET', both('/v1/conversations'), async (c) => {
    const read = readPage(c);
    if (!read.ok) return refuse(c, read.problem);
    const status = c.req.query('archive_status') ?? 'unarchived';
    const rows = await store.listConversations(read.page, {
      agentId: c.req.query('agent_id'),
      text: c.req.query('summary_search'),
      archived: status === 'all' ? undefined : status === 'archived',
      orderBy: (c.req.query('order_by') ?? 'created_at') === 'created_at' ? 'createdAt' : 'lastMessageAt',
    });
    return listed(c, rows, wireConversation);
  });

  app.get('/v1/conversations/:id', (c) => {
    const found = conversationOf(store, c.req.param('id'), c.req.query('agent_id') ?? null);
    return found.ok ? c.json(wireConversation(found.conversation)) : refuse(c, found.problem);
  });

  app.patch('/v1/conversations/:id', async (c) => {
    const refusal = forbidden(c.get('person'), 'send', 'changing a conversation');
    if (refusal) return refuse(c, refusal);
    const read = await readBody(c, conversationUpdateSchema);
    if (!read.ok) return refuse(c, read.problem);
    const problem = badModel(read.body.model);
    if (problem) return refuse(c, problem);
    const found = conversationOf(store, c.req.param('id'), c.req.query('agent_id') ?? null);
    if (!found.ok) return refuse(c, found.problem);
    const { key } = found.conversation;
    const { archived, ...body } = read.body;
    const fields = fieldsOf(
      { ...body, ...(archived == null ? {} : { archived }) },
      found.conversation,
      now(),
    );
    await store.updateConversation(key, fields, now());
    await store.durable();
    const changed = store.conversation(key) ?? found.conversation;
    return c.json(wireConversation(changed));
  });

  app.delete('/v1/conversations/:id', async (c) => {
    const refusal = forbidden(c.get('person'), 'send', 'deleting a conversation');
    if (refusal) return refuse(c, refusal);
    const found = conversationOf(store, c.req.param('id'), c.req.query('agent_id') ?? null);
    if (!found.ok) return refuse(c, found.problem);
    const { key, id, agentId } = found.conversation;
    if (id === 'default')
      return refuse(c, {
        status: 400,
        error: 'default_conversation',
        message: `the default conversation belongs to ${agentId}; it goes when the agent is deleted`,
      });
    const deleted = await context.runs.remove(
      ({ conversation }) => conversation === key,
      () => store.deleteConversation(key),
    );
    return c.json({ id, deleted });
  });

  app.post('/v1/conversations/:id/cancel', async (c) => {
    const person = c.get('person');
    const refusal = forbidden(person, 'send', 'cancelling');
    if (refusal) return refuse(c, refusal);
    const body = await readBody(c, cancelPostSchema);
    if (!body.ok) return refuse(c, body.problem);
    const { agent_id, approvals } = body.body;
    const found = conversationOf(store, c.req.param('id'), agent_id ?? c.req.query('agent_id') ?? null);
    if (!found.ok) return refuse(c, found.problem);
    const read = readCaller((name) => c.req.header(name), person);
    if (!read.ok) return refuse(c, read.problem);
    const results = readResults(approvals ?? []);
    const cancelled = await context.runs.cancel(found.conversation.key, read.caller, null, results);
    return cancelled.ok ? c.json(cancelled.runs) : refuse(c, cancelled.problem);
  });

  app.post('/v1/conversations/:id/release', async (c) => {
    const person = c.get('person');
    const refusal = forbidden(person, 'send', 'releasing a turn');
    if (refusal) return refuse(c, refusal);
    const found = conversationOf(store, c.req.param('id'), c.req.query('agent_id') ?? null);
    if (!found.ok) return refuse(c, found.problem);
    const { key, lease } = found.conversation;
    const holder = lease?.environment ?? null;
    const isForced = c.req.query('force') === 'true';
    if (holder !== null && context.fence.isOnline?.(holder) && !isForced)
      return refuse(c, {
        status: 409,
        error: 'holder_is_online',
        message:
          `${context.fence.nameOf(holder)} holds the turn and is online: abort it there, or add ?force=true ` +
          'to take the turn from it all the same',
        retry: false,
      });
    const released = await context.runs.release(key, person);
    return c.json({
      released: released.released,
      turn_id: released.turnId,
      environment: released.environment,
      closed_tool_call_ids: released.closedCalls,
    });
  });
}

function newConversation(
  context: DataContext,
  agentId: string,
  body: ConversationCreate,
  createdBy: string,
): ConversationRow {
  const id = `conv-${context.id()}`;
  const at = context.now();
  return {
    ...EMPTY,
    ...fieldsOf(body, EMPTY, at),
    key: id,
    id,
    agentId,
    createdAt: at,
    updatedAt: at,
    createdBy,
    lastMessageAt: null,
    lease: null,
    openCalls: null,
    cut: 1,
    charsPerToken: null,
  };
}

/** What a body sets. What it leaves out, or has as null, stays. */
function fieldsOf(body: ConversationCreate, before: ConversationFields, at: number): ConversationFields {
  return {
    summary: body.summary ?? before.summary,
    description: body.description ?? before.description,
    model: body.model ?? before.model,
    modelSettings: (body.model_settings as JsonObject | null | undefined) ?? before.modelSettings,
    contextWindowLimit: body.context_window_limit ?? before.contextWindowLimit,
    archivedAt: body.archived == null ? before.archivedAt : body.archived ? (before.archivedAt ?? at) : null,
  };
}
