import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { host, newConversation, startData, type TestData, userMessage } from '../support/test-data.ts';

let hub: TestData;
beforeEach(async () => {
  hub = await startData();
});
afterEach(() => hub.close());

const refusal = async (method: string, path: string, body?: unknown) => {
  const response = await hub.request(method, path, body);
  return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
};

describe('conversations', () => {
  test('REST-2 are made, read, changed, archived and deleted as Letta expects', async () => {
    const agent = await hub.letta.agents.create({ name: 'x' });
    const made = await hub.letta.conversations.create({ agent_id: agent.id, summary: 'Trains' });
    expect(made).toMatchObject({
      id: expect.stringMatching(/^conv-/),
      agent_id: agent.id,
      summary: 'Trains',
      archived: false,
      last_message_at: null,
    });
    expect(await hub.letta.conversations.retrieve(made.id)).toEqual(made);
    const changed = await hub.letta.conversations.update(made.id, {
      summary: 'Ships',
      model: 'anthropic/claude',
      archived: null,
    });
    expect(changed).toMatchObject({ summary: 'Ships', model: 'anthropic/claude', archived: false });
    const archived = await hub.letta.conversations.update(made.id, { archived: true });
    expect(archived).toMatchObject({ archived: true, summary: 'Ships', archived_at: expect.any(String) });
    expect(await hub.letta.conversations.list({ agent_id: agent.id })).toEqual([]);
    expect(await hub.letta.conversations.list({ archive_status: 'archived' })).toEqual([archived]);
    await hub.letta.conversations.update(made.id, { archived: false });
    expect((await hub.letta.conversations.list({ summary_search: 'ship' })).length).toBe(1);
    await hub.letta.conversations.delete(made.id);
    await expect(hub.letta.conversations.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
  });

  test('REST-2 every agent has a default one, found by agent_id or under the id of the agent', async () => {
    hub.model.auto = (sample) => sample.answer('ok');
    const agent = await hub.letta.agents.create({ name: 'x' });
    const other = await hub.letta.agents.create({ name: 'y' });
    const stream = await hub.letta.conversations.messages.create('default', {
      agent_id: agent.id,
      messages: [{ role: 'user', content: 'hi' }],
    });
    for await (const _ of stream);
    const query = { agent_id: agent.id };
    expect((await hub.letta.conversations.messages.list('default', query)).items.length).toBe(2);
    expect((await hub.letta.agents.messages.list(agent.id)).items.length).toBe(2);
    expect((await hub.letta.conversations.messages.list(agent.id)).items.length).toBe(2);
    expect((await hub.letta.agents.messages.list(other.id)).items.length).toBe(0);
    expect(await refusal('GET', `/v1/conversations/default?agent_id=${agent.id}`)).toMatchObject({
      id: 'default',
      agent_id: agent.id,
    });
    expect(await hub.letta.conversations.list()).toEqual([]);
    expect(await refusal('DELETE', `/v1/conversations/default?agent_id=${agent.id}`)).toMatchObject({
      status: 400,
      error: 'default_conversation',
    });
    expect(await hub.letta.conversations.cancel(agent.id)).toEqual({});
    expect(await hub.letta.conversations.cancel('default', { agent_id: agent.id })).toEqual({});
    const inBody = await hub.request('POST', '/v1/conversations/default/cancel', { agent_id: agent.id });
    expect(inBody.status).toBe(200);
  });

  test('REST-2 whose agent is not said, not there, or another, are refused by name', async () => {
    const { id } = await newConversation(hub);
    const other = await hub.letta.agents.create({ name: 'y' });
    expect(await refusal('GET', '/v1/conversations/default')).toMatchObject({
      status: 422,
      field: 'agent_id',
    });
    expect(await refusal('POST', '/v1/conversations/', {})).toMatchObject({ status: 422, field: 'agent_id' });
    expect(await refusal('POST', '/v1/conversations/?agent_id=agent-none', {})).toMatchObject({
      status: 404,
      message: expect.stringContaining('agent-none'),
    });
    expect(await refusal('GET', '/v1/conversations/default?agent_id=agent-none')).toMatchObject({
      status: 404,
    });
    expect(await refusal('GET', `/v1/conversations/${id}?agent_id=${other.id}`)).toMatchObject({
      status: 404,
      message: expect.stringContaining(other.id),
    });
    expect(await refusal('GET', '/v1/conversations/conv-none')).toMatchObject({
      status: 404,
      message: expect.stringContaining('conv-none'),
    });
    for (const [method, path] of [
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/cancel'],
      ['POST', '/release'],
      ['POST', '/stream'],
      ['GET', '/messages'],
    ])
      expect(
        await refusal(
          method as string,
          `/v1/conversations/conv-none${path}`,
          method === 'GET' ? undefined : {},
        ),
      ).toMatchObject({ status: 404 });
  });

  test('REST-2 are listed by their last message when asked', async () => {
    hub.model.auto = (sample) => sample.answer('ok');
    const first = await newConversation(hub);
    const second = await hub.letta.conversations.create({ agent_id: first.agentId });
    await (await hub.stream(`${first.path}/messages`, { messages: [userMessage('hi')] })).all();
    const listed = await hub.letta.conversations.list({ order_by: 'last_message_at' });
    expect(listed.map(({ id }) => id)).toEqual([first.id, second.id]);
    const after = await hub.letta.conversations.list({ order_by: 'last_message_at', after: first.id });
    expect(after.map(({ id }) => id)).toEqual([second.id]);
  });

  test('REST-13 deleted while a model answers, end it', async () => {
    const { path, id } = await newConversation(hub);
    const stream = await hub.stream(`${path}/messages`, { messages: [userMessage('hi')] });
    await hub.model.sample(0);
    await hub.letta.conversations.delete(id);
    expect((await stream.all()).at(-1)).toMatchObject({ stop_reason: 'cancelled' });
  });

  test('REST-13 deleted while somebody waits for the turn, say so', async () => {
    const { path, id } = await newConversation(hub);
    const turn = await hub.stream(`${path}/messages`, { messages: [userMessage('hi')] }, host('env-1', 't1'));
    (await hub.model.sample(0)).call({ name: 'Bash', arguments: '{}' });
    await turn.all();
    const waiting = await hub.stream(
      `${path}/messages`,
      { messages: [userMessage('x')] },
      host('env-2', 't2'),
    );
    await waiting.until(({ message_type }) => message_type === 'waiting');
    await hub.letta.conversations.delete(id);
    expect((await waiting.all()).slice(1)).toMatchObject([
      { error_type: 'not_found', message: expect.stringContaining(id) },
      { stop_reason: 'error' },
    ]);
  });

  test('their own model and window win over those of the agent, the step over both', async () => {
    const agent = await hub.letta.agents.create({
      model: 'demo/scripted',
      model_settings: { temperature: 0.1 },
    });
    const { id } = await hub.letta.conversations.create({
      agent_id: agent.id,
      model: 'anthropic/claude',
      model_settings: { max_output_tokens: 77 },
    });
    await hub.stream(`/v1/conversations/${id}/messages`, { messages: [userMessage('a')] });
    const first = await hub.model.sample(0);
    expect(first.input).toMatchObject({
      model: 'anthropic/claude',
      settings: { temperature: 0.1, maxOutputTokens: 77 },
    });
    first.answer('x');
    await hub.stream(`/v1/conversations/${id}/messages`, {
      messages: [userMessage('b')],
      override_model: 'openai/other',
      override_system: 'Sing.',
    });
    expect((await hub.model.sample(1)).input).toMatchObject({ model: 'openai/other', system: 'Sing.' });
  });
});
