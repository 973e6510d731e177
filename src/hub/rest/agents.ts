import type { Context } from 'hono';
import { parseHandle } from '../../../actors/models/handle.ts';
import type { Json, JsonObject } from '../../../machines/ports.ts';
import { type AgentCreate, agentCreateSchema } from '../../protocol/rest.ts';
import type { Problem } from '../runs/problem.ts';
import type { AgentRow, MemoryBlock } from '../store/rows.ts';
import { forbidden, invalid, notFound, refuse } from './answer.ts';
import { both, type DataContext, type DataRoutes } from './data-context.ts';
import { listed, many, readPage } from './page-query.ts';
import { readBody } from './read-body.ts';
import { wireAgent } from './wire-agent.ts';

/** In an update, null means "leave it", as it does in Letta's. */
const agentUpdateSchema = agentCreateSchema.extend({ name: agentCreateSchema.shape.name.nullable() });

/** Never kept: they would lie readable in the store and come back in every answer. */
const SECRET_FIELDS = ['secrets', 'tool_exec_environment_variables'];

export function mountAgents(app: DataRoutes, context: DataContext): void {
  const { store, models } = context;

  app.on('POST', both('/v1/agents'), async (c) => {
    const refusal = forbidden(c.get('person'), 'send', 'making an agent');
    if (refusal) return refuse(c, refusal);
    const read = await readBody(c, agentCreateSchema);
    if (!read.ok) return refuse(c, read.problem);
    const problem = badModel(read.body.model);
    if (problem) return refuse(c, problem);
    const agent = newAgent(context, read.body, c.get('person').tokenId);
    await store.createAgent(agent);
    await store.durable();
    return c.json(wireAgent(agent, models));
  });

  app.on('GET', both('/v1/agents'), async (c) => {
    const read = readPage(c);
    if (!read.ok) return refuse(c, read.problem);
    const rows = await store.listAgents(read.page, {
      name: c.req.query('name'),
      text: c.req.query('query_text'),
      tags: many(c, 'tags'),
      matchAllTags: c.req.query('match_all_tags') === 'true',
    });
    return listed(c, rows, (agent) => wireAgent(agent, models));
  });

  app.get('/v1/agents/:id', (c) => {
    const agent = store.agent(c.req.param('id'));
    return agent ? c.json(wireAgent(agent, models)) : unknownAgent(c);
  });

  app.patch('/v1/agents/:id', async (c) => {
    const refusal = forbidden(c.get('person'), 'send', 'changing an agent');
    if (refusal) return refuse(c, refusal);
    const read = await readBody(c, agentUpdateSchema);
    if (!read.ok) return refuse(c, read.problem);
    const problem = badModel(read.body.model);
    if (problem) return refuse(c, problem);
    const agent = store.agent(c.req.param('id'));
    if (!agent) return unknownAgent(c);
    const { name, ...body } = read.body;
    const next: AgentRow = {
      ...agent,
      ...fieldsOf(context, { ...body, ...(name == null ? {} : { name }) }, agent),
      updatedAt: context.now(),
    };
    await store.updateAgent(next);
    await store.durable();
    return c.json(wireAgent(next, models));
  });

  app.delete('/v1/agents/:id', async (c) => {
    const refusal = forbidden(c.get('person'), 'send', 'deleting an agent');
    if (refusal) return refuse(c, refusal);
    const id = c.req.param('id');
    const deleted = await context.runs.remove(
      ({ agentId }) => agentId === id,
      () => store.deleteAgent(id),
    );
    return deleted ? c.json({ id, deleted }) : unknownAgent(c);
  });
}

/** A model must be named by a handle; whether its provider is set up shows when it is asked. */
export function badModel(model: string | null | undefined): Problem | null {
  if (model == null || parseHandle(model)) return null;
  return invalid('model', `"${model}" is no handle; one is written provider/model, see GET /v1/models/`);
}

function newAgent(context: DataContext, body: AgentCreate, createdBy: string): AgentRow {
  const at = context.now();
  const empty: AgentRow = {
    id: `agent-${context.id()}`,
    name: 'Agent',
    model: null,
    system: '',
    description: null,
    tags: [],
    blocks: [],
    metadata: {},
    modelSettings: null,
    contextWindowLimit: null,
    createdAt: at,
    updatedAt: at,
    createdBy,
    extra: {},
  };
  return { ...empty, ...fieldsOf(context, body, empty) };
}

/** What a body sets. What it leaves out, or has as null, stays. */
function fieldsOf(context: DataContext, body: AgentCreate, before: AgentRow): Partial<AgentRow> {
  const {
    name,
    model,
    system,
    description,
    tags,
    metadata,
    memory_blocks: blocks,
    model_settings: modelSettings,
    context_window_limit: contextWindowLimit,
    ...rest
  } = body;
  const extra = Object.fromEntries(
    Object.entries(rest).filter(([field, value]) => value !== null && !SECRET_FIELDS.includes(field)),
  ) as JsonObject;
  return {
    name: name ?? before.name,
    model: model ?? before.model,
    system: system ?? before.system,
    description: description ?? before.description,
    tags: tags ?? before.tags,
    metadata: (metadata as JsonObject | null | undefined) ?? before.metadata,
    blocks: blocks ? blocks.map((block) => blockOf(context, block, before.blocks)) : before.blocks,
    modelSettings: (modelSettings as JsonObject | null | undefined) ?? before.modelSettings,
    contextWindowLimit: contextWindowLimit ?? before.contextWindowLimit,
    extra: { ...before.extra, ...extra },
  };
}

/** A block keeps its id as long as it keeps its label. */
function blockOf(
  context: DataContext,
  block: { label: string; value: string; [field: string]: unknown },
  before: MemoryBlock[],
): MemoryBlock {
  const id = before.find(({ label }) => label === block.label)?.id ?? `block-${context.id()}`;
  return { ...(block as Record<string, Json>), label: block.label, value: block.value, id };
}

function unknownAgent(c: Context): Response {
  return refuse(c, notFound(`there is no agent "${c.req.param('id')}"`));
}
