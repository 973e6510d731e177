import type { Context } from 'hono';
import { HEADER_ENVIRONMENT, messagesPostSchema, streamPostSchema } from '../../protocol/rest.ts';
import type { HubVariables } from '../auth/middleware.ts';
import { readCaller } from '../runs/caller.ts';
import { readStep } from '../runs/step.ts';
import { wireMessage } from '../runs/wire-message.ts';
import { forbidden, invalid, notFound, refuse } from './answer.ts';
import { answerRun } from './answer-run.ts';
import { namedCalls } from './approval-by-request.ts';
import { conversationOf } from './conversation-of.ts';
import type { DataContext, DataRoutes } from './data-context.ts';
import { listed, readPage } from './page-query.ts';
import { readBody } from './read-body.ts';

/** Posting, listing and resuming, on a conversation and on an agent, which means its default conversation. */
export function mountMessages(app: DataRoutes, context: DataContext): void {
  app.post('/v1/conversations/:id/messages', (c) => post(c, context, c.req.param('id'), true));
  app.post('/v1/agents/:id/messages', (c) => post(c, context, c.req.param('id'), false));
  app.post('/v1/agents/:id/messages/stream', (c) => post(c, context, c.req.param('id'), 'always'));
  app.get('/v1/conversations/:id/messages', (c) => list(c, context, c.req.param('id')));
  app.get('/v1/agents/:id/messages', (c) =>
    list(c, context, c.req.query('conversation_id') ?? c.req.param('id'), c.req.param('id')),
  );
  app.get('/v1/messages/:id', (c) => retrieve(c, context, c.req.param('id')));
  app.post('/v1/conversations/:id/stream', (c) => resume(c, context, c.req.param('id')));
  app.post('/v1/runs/:id/stream', (c) => resume(c, context, null));
}

/** `streams`: what happens when the body does not say; `always` overrules the body. */
async function post(
  c: Context<HubVariables>,
  context: DataContext,
  id: string,
  streams: boolean | 'always',
): Promise<Response> {
  const person = c.get('person');
  const refusal = forbidden(person, 'send', 'sending a message');
  if (refusal) return refuse(c, refusal);
  const caller = readCaller((name) => c.req.header(name), person);
  if (!caller.ok) return refuse(c, caller.problem);
  const read = await readBody(c, messagesPostSchema);
  if (!read.ok) return refuse(c, read.problem);
  const { body } = read;
  const found = conversationOf(context.store, id, body.agent_id ?? c.req.query('agent_id') ?? null);
  if (!found.ok) return refuse(c, found.problem);
  const named = await namedCalls(context.store, found.conversation.key, body.messages ?? []);
  if (!named.ok) return refuse(c, named.problem);
  const step = readStep({ ...body, messages: named.messages });
  if (!step.ok) return refuse(c, step.problem);
  const outcome = await context.runs.post({
    conversation: found.conversation.key,
    step: step.step,
    caller: caller.caller,
  });
  return answerRun(c, context, outcome, {
    streaming: streams === 'always' || (body.streaming ?? streams),
    tokens: body.stream_tokens ?? true,
    pings: body.include_pings ?? false,
    tellsWaiting: c.req.header(HEADER_ENVIRONMENT) !== undefined,
  });
}

async function list(
  c: Context<HubVariables>,
  { store }: DataContext,
  id: string,
  agentId = c.req.query('agent_id') ?? null,
): Promise<Response> {
  const found = conversationOf(store, id, agentId);
  if (!found.ok) return refuse(c, found.problem);
  const read = readPage(c);
  if (!read.ok) return refuse(c, read.problem);
  return listed(c, await store.listMessages(found.conversation.key, read.page), wireMessage);
}

/** In a list, as Letta's API has it: there one row may be several messages. */
async function retrieve(c: Context<HubVariables>, { store }: DataContext, id: string): Promise<Response> {
  const message = await store.message(id);
  return message ? c.json([wireMessage(message)]) : refuse(c, notFound(`there is no message "${id}"`));
}

async function resume(c: Context<HubVariables>, context: DataContext, id: string | null): Promise<Response> {
  const caller = readCaller((name) => c.req.header(name), c.get('person'));
  if (!caller.ok) return refuse(c, caller.problem);
  const read = await readBody(c, streamPostSchema);
  if (!read.ok) return refuse(c, read.problem);
  const { body } = read;
  const after = body.starting_after ?? 0;
  if (after < 0) return refuse(c, invalid('starting_after', `${after} is below 0`));
  let conversation: string | null = null;
  if (id !== null) {
    const found = conversationOf(context.store, id, body.agent_id ?? c.req.query('agent_id') ?? null);
    if (!found.ok) return refuse(c, found.problem);
    conversation = found.conversation.key;
  }
  const outcome = await context.runs.resume({
    conversation,
    caller: caller.caller,
    runId: id === null ? (c.req.param('id') ?? null) : (body.run_id ?? null),
    otid: body.otid ?? null,
    after,
  });
  return answerRun(c, context, outcome, {
    streaming: true,
    tokens: true,
    pings: body.include_pings ?? false,
    tellsWaiting: false,
  });
}
