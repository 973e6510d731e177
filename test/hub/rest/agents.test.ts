import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newConversation, owner, startData, type TestData, userMessage } from '../support/test-data.ts';

let hub: TestData;
beforeEach(async () => {
  hub = await startData();
});
afterEach(() => hub.close());

const refusal = async (method: string, path: string, body?: unknown) => {
  const response = await hub.request(method, path, body);
  return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
};

describe('agents', () => {
  test('REST-1 are made, read, changed and deleted as Letta expects', async () => {
    const made = await hub.letta.agents.create({
      name: 'Ada',
      model: 'anthropic/claude',
      system: 'Be brief.',
      description: 'a tester',
      tags: ['x'],
      metadata: { a: 1 },
      memory_blocks: [{ label: 'persona', value: 'terse', limit: 500 }],
      timezone: 'Europe/Berlin',
      context_window_limit: 50_000,
    });
    expect(made).toMatchObject({
      id: expect.stringMatching(/^agent-/),
      name: 'Ada',
      agent_type: 'letta_v1_agent',
      model: 'anthropic/claude',
      system: 'Be brief.',
      description: 'a tester',
      tags: ['x'],
      metadata: { a: 1 },
      timezone: 'Europe/Berlin',
      llm_config: { model: 'claude', model_endpoint_type: 'anthropic', context_window: 50_000 },
      blocks: [{ label: 'persona', value: 'terse', limit: 500, id: expect.stringMatching(/^block-/) }],
      memory: { blocks: [{ label: 'persona' }] },
      tools: [],
      sources: [],
      created_by_id: owner.tokenId,
    });
    expect(await hub.letta.agents.retrieve(made.id)).toEqual(made);
    const changed = await hub.letta.agents.update(made.id, { name: 'Grace', system: null, tags: [] });
    expect(changed).toMatchObject({
      name: 'Grace',
      system: 'Be brief.',
      tags: [],
      timezone: 'Europe/Berlin',
    });
    expect(await hub.letta.agents.retrieve(made.id)).toEqual(changed);
    await hub.letta.agents.delete(made.id);
    await expect(hub.letta.agents.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
  });

  test('REST-1 without a model use the default one, and say which that is', async () => {
    const agent = await hub.letta.agents.create({});
    expect(agent).toMatchObject({
      name: 'Agent',
      model: 'demo/scripted',
      llm_config: { context_window: 128_000, handle: 'demo/scripted' },
    });
  });

  test('a memory block keeps its id as long as it keeps its label', async () => {
    const agent = await hub.letta.agents.create({ memory_blocks: [{ label: 'a', value: '1' }] });
    const response = await hub.request('PATCH', `/v1/agents/${agent.id}`, {
      memory_blocks: [
        { label: 'a', value: '2' },
        { label: 'b', value: '3' },
      ],
    });
    const { blocks } = (await response.json()) as typeof agent;
    expect(blocks.map(({ value }) => value)).toEqual(['2', '3']);
    expect(blocks[0]?.id).toBe(agent.blocks[0]?.id);
  });

  test('REST-3 are listed newest first, page by page, without one twice or missing', async () => {
    const names = Array.from({ length: 7 }, (_, n) => `agent ${n}`);
    for (const name of names)
      await hub.letta.agents.create({ name, tags: [name === 'agent 3' ? 'odd' : 'even'] });
    const all: string[] = [];
    for await (const agent of hub.letta.agents.list({ limit: 3 })) all.push(agent.name);
    expect(all).toEqual([...names].reverse());
    const forwards: string[] = [];
    for await (const agent of hub.letta.agents.list({ limit: 2, order: 'asc' })) forwards.push(agent.name);
    expect(forwards).toEqual(names);
    const [last] = (await hub.letta.agents.list({ limit: 1, order: 'asc' })).items;
    const before = await hub.letta.agents.list({ before: last?.id ?? '', limit: 2 });
    expect(before.items.map(({ name }) => name)).toEqual(['agent 2', 'agent 1']);
    expect((await hub.letta.agents.list({ tags: ['odd'] })).items.map(({ name }) => name)).toEqual([
      'agent 3',
    ]);
    expect((await hub.letta.agents.list({ name: 'agent 5' })).items.length).toBe(1);
    expect((await hub.letta.agents.list({ query_text: 'AGENT' })).items.length).toBe(7);
  });

  test('REST-3 a bad page is refused by name', async () => {
    expect(await refusal('GET', '/v1/agents/?limit=0')).toMatchObject({ status: 422, field: 'limit' });
    expect(await refusal('GET', '/v1/agents/?limit=1001')).toMatchObject({ status: 422, field: 'limit' });
    expect(await refusal('GET', '/v1/agents/?limit=many')).toMatchObject({
      status: 422,
      message: expect.stringContaining('"many"'),
    });
    expect(await refusal('GET', '/v1/agents/?order=up')).toMatchObject({ status: 422, field: 'order' });
    expect(await refusal('GET', '/v1/agents/?after=agent-none')).toMatchObject({
      status: 400,
      error: 'unknown_cursor',
      message: expect.stringContaining('agent-none'),
    });
  });

  test('REST-6 what is missing or wrong is named', async () => {
    for (const method of ['GET', 'PATCH', 'DELETE'])
      expect(
        await refusal(method, '/v1/agents/agent-none', method === 'PATCH' ? {} : undefined),
      ).toMatchObject({
        status: 404,
        error: 'not_found',
        message: expect.stringContaining('agent-none'),
        detail: expect.stringContaining('agent-none'),
      });
    expect(await refusal('POST', '/v1/agents/', { tags: 'x' })).toMatchObject({ status: 422, field: 'tags' });
    expect(await refusal('POST', '/v1/agents/', { memory_blocks: [{ label: 'a' }] })).toMatchObject({
      status: 422,
      field: 'memory_blocks.0.value',
    });
    expect(await refusal('POST', '/v1/agents/', { model: 'gpt-4' })).toMatchObject({
      status: 422,
      field: 'model',
      message: expect.stringContaining('"gpt-4"'),
    });
    expect(await refusal('POST', '/v1/agents/', '{"name":')).toMatchObject({
      status: 400,
      error: 'invalid_body',
    });
  });

  test('REST-11 keep no secrets that a client sends along', async () => {
    const agent = await hub.letta.agents.create({
      name: 'x',
      secrets: { KEY: 'hush-1' },
      tool_exec_environment_variables: { KEY: 'hush-2' },
    });
    const body = hub.db.statement('SELECT body FROM agents').get() as { body: string };
    expect(`${JSON.stringify(agent)}${body.body}`).not.toContain('hush');
  });

  test('REST-13 deleted, take their conversations with them and end what runs there', async () => {
    const { agentId, id, path } = await newConversation(hub);
    const stream = await hub.stream(`${path}/messages`, { messages: [userMessage('hi')] });
    const sample = await hub.model.sample(0);
    await hub.letta.agents.delete(agentId);
    expect(sample.signal.aborted).toBe(true);
    expect((await stream.all()).at(-1)).toMatchObject({ stop_reason: 'cancelled' });
    await expect(hub.letta.conversations.retrieve(id)).rejects.toMatchObject({ status: 404 });
    await expect(hub.letta.agents.messages.list(agentId)).rejects.toMatchObject({ status: 404 });
    expect((await hub.letta.runs.list()).items).toEqual([]);
  });
});

describe('models', () => {
  test('REST-8 are listed with what clients choose by', async () => {
    expect(await hub.letta.models.list()).toMatchObject([
      {
        handle: 'anthropic/claude',
        model: 'claude',
        display_name: 'Claude',
        provider_type: 'anthropic',
        context_window: 200_000,
        max_context_window: 200_000,
      },
      { handle: 'demo/scripted' },
    ]);
  });
});
