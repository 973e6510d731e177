import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_BODY_BYTES } from '../../../src/hub/rest/read-body.ts';
import { usage } from '../support/puppet-model.ts';
import { callIdOf } from '../support/sse-reader.ts';
import { host, newConversation, startData, type TestData, userMessage } from '../support/test-data.ts';

let hub: TestData;
let path: string;
let id: string;
let agentId: string;
beforeEach(async () => {
  hub = await startData();
  ({ path, id, agentId } = await newConversation(hub));
});
afterEach(() => hub.close());

const refusal = async (method: string, where: string, body?: unknown, headers?: Record<string, string>) => {
  const response = await hub.request(method, where, body, headers);
  return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
};

describe("with Letta's own client", () => {
  test('REST-5 a conversation streams its answer', async () => {
    hub.model.auto = (sample) =>
      sample.say(
        { type: 'sample.text', text: 'Hel' },
        { type: 'sample.text', text: 'lo.' },
        { type: 'sample.finished', stop: 'end', usage },
      );
    const stream = await hub.letta.conversations.messages.create(id, {
      messages: [{ role: 'user', content: 'hi', otid: 'o1' }],
      stream_tokens: true,
    });
    const chunks: { message_type?: string; content?: unknown }[] = [];
    for await (const chunk of stream) chunks.push(chunk as never);
    expect(chunks.map(({ message_type, content }) => [message_type, content])).toEqual([
      ['assistant_message', 'Hel'],
      ['assistant_message', 'lo.'],
      ['stop_reason', undefined],
      ['usage_statistics', undefined],
    ]);
    const resumed = await hub.letta.conversations.messages.stream(id, { otid: 'o1', starting_after: 1 });
    const rest: unknown[] = [];
    for await (const chunk of resumed as AsyncIterable<unknown>) rest.push(chunk);
    expect(rest).toEqual(chunks.slice(1));
  });

  test('REST-5 an agent answers whole, streamed, or by its stream route', async () => {
    hub.model.auto = (sample) => sample.answer('Hello.');
    const whole = await hub.letta.agents.messages.create(agentId, { input: 'hi' });
    expect(whole).toMatchObject({
      messages: [{ message_type: 'assistant_message', content: 'Hello.' }],
      stop_reason: { stop_reason: 'end_turn' },
      usage: { prompt_tokens: 10, total_tokens: 15 },
    });
    for (const ask of [
      () => hub.letta.agents.messages.create(agentId, { input: 'hi', streaming: true }),
      () => hub.letta.agents.messages.stream(agentId, { input: 'hi', streaming: false }),
    ]) {
      const types: unknown[] = [];
      for await (const { message_type } of await ask()) types.push(message_type);
      expect(types).toEqual(['assistant_message', 'stop_reason', 'usage_statistics']);
    }
    expect((await hub.letta.agents.messages.list(agentId)).items.length).toBe(6);
  });

  test('REST-19 one message is given by its id', async () => {
    hub.model.auto = (sample) => sample.answer('Hello.');
    await hub.letta.agents.messages.create(agentId, { input: 'hi' });
    const [first] = (await hub.letta.agents.messages.list(agentId)).items;
    expect(await hub.letta.messages.retrieve(first?.id ?? '')).toEqual([first]);
    await expect(hub.letta.messages.retrieve('message-none')).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining('message-none'),
    });
  });

  test('REST-5 a failed step that is not streamed is an error that is not tried again', async () => {
    hub.model.auto = (sample) => sample.fail('overloaded', { status: 529 });
    const response = await hub.request('POST', `/v1/agents/${agentId}/messages`, { input: 'hi' });
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect([response.status, await response.json()]).toMatchObject([
      502,
      { error: 'llm_error', message: 'overloaded', retryable: true, run_id: expect.stringMatching(/^run-/) },
    ]);
  });

  test('REST-5 a whole turn with a tool goes through it', async () => {
    const tools = [{ name: 'add', description: 'adds', parameters: { type: 'object' } }];
    const asking = hub.letta.agents.messages.create(agentId, {
      messages: [{ role: 'user', content: '1+1?' }],
      client_tools: tools,
    });
    (await hub.model.sample(0)).call({ name: 'add', arguments: '{"a":1,"b":1}' });
    const asked = await asking;
    expect(asked.stop_reason.stop_reason).toBe('requires_approval');
    const [message] = asked.messages as unknown as {
      message_type: string;
      tool_call: { tool_call_id: string };
    }[];
    expect(message?.message_type).toBe('approval_request_message');
    const answering = hub.letta.agents.messages.create(agentId, {
      messages: [
        {
          type: 'approval',
          approvals: [
            {
              type: 'tool',
              tool_call_id: message?.tool_call.tool_call_id ?? '',
              tool_return: '2',
              status: 'success',
            },
          ],
        },
      ],
      client_tools: tools,
    });
    (await hub.model.sample(1)).answer('It is 2.');
    expect((await answering).messages).toMatchObject([{ content: 'It is 2.' }]);
  });

  test('REST-4 messages are listed page by page, in both orders', async () => {
    hub.model.auto = (sample) => sample.answer('ok');
    for (let n = 0; n < 4; n += 1)
      await (await hub.stream(`${path}/messages`, { messages: [userMessage(`m${n}`)] })).all();
    const texts: unknown[] = [];
    for await (const message of hub.letta.conversations.messages.list(id, { limit: 3, order: 'asc' }))
      texts.push((message as { content?: unknown }).content);
    expect(texts).toEqual(['m0', 'ok', 'm1', 'ok', 'm2', 'ok', 'm3', 'ok']);
    const newest = await hub.letta.conversations.messages.list(id, { limit: 2 });
    expect(newest.items).toMatchObject([{ content: 'ok' }, { content: 'm3' }]);
    const before = await hub.letta.conversations.messages.list(id, {
      order: 'asc',
      before: newest.items[1]?.id ?? '',
      limit: 2,
    });
    expect(before.items).toMatchObject([{ content: 'm2' }, { content: 'ok' }]);
    const viaAgent = await hub.letta.agents.messages.list(agentId, { conversation_id: id, limit: 1 });
    expect(viaAgent.items).toMatchObject([{ content: 'ok' }]);
  });

  test('REST-7 runs are listed, read and streamed', async () => {
    hub.model.auto = (sample) => sample.answer('ok');
    const chunks = await (
      await hub.stream(`${path}/messages`, { messages: [userMessage('hi', 'o1')] }, host('env-1', 't1'))
    ).all();
    const runId = String(chunks[0]?.run_id);
    expect(await hub.letta.runs.retrieve(runId)).toMatchObject({
      id: runId,
      agent_id: agentId,
      conversation_id: id,
      status: 'completed',
      stop_reason: 'end_turn',
      metadata: { turn_id: 't1', environment: 'env-1', otid: 'o1', model: 'demo/scripted' },
    });
    hub.model.auto = null;
    const second = await hub.stream(`${path}/messages`, { messages: [userMessage('again')] });
    await hub.model.sample(1);
    const active = await hub.letta.runs.list({ active: true, agent_id: agentId });
    expect(active.items).toMatchObject([{ status: 'running', stop_reason: null, completed_at: null }]);
    (hub.model.samples[1] as NonNullable<(typeof hub.model.samples)[1]>).answer('ok');
    await second.all();
    expect((await hub.letta.runs.list({ conversation_id: id })).items.map((run) => run.id)).toEqual([
      active.items[0]?.id,
      runId,
    ]);
    expect((await hub.letta.runs.list({ statuses: ['failed'] })).items).toEqual([]);
    const messages = await hub.letta.runs.messages.list(runId, { order: 'asc' });
    expect(messages.items.map(({ message_type }) => message_type)).toEqual([
      'user_message',
      'assistant_message',
    ]);
    expect((await hub.letta.runs.messages.list(runId, { limit: 1 })).items).toMatchObject([
      { content: 'ok' },
    ]);
    expect(await hub.letta.runs.usage.retrieve(runId)).toMatchObject({ total_tokens: 15 });
    const streamed: unknown[] = [];
    for await (const chunk of await hub.letta.runs.messages.stream(runId, {})) streamed.push(chunk);
    expect(streamed).toEqual(chunks);
    for (const where of ['', '/messages', '/usage'])
      expect(await refusal('GET', `/v1/runs/run-none${where}`)).toMatchObject({
        status: 404,
        message: expect.stringContaining('run-none'),
      });
  });

  test('REST-14 cancelling by run maps its id to "cancelled"', async () => {
    const stream = await hub.stream(`/v1/agents/${agentId}/messages/stream`, { input: 'hi' });
    const sample = await hub.model.sample(0);
    sample.say({ type: 'sample.text', text: 'Well' });
    const { run_id } = await stream.until(({ content }) => content === 'Well');
    expect(await hub.letta.agents.messages.cancel(agentId, { run_ids: [String(run_id)] })).toEqual({
      [String(run_id)]: 'cancelled',
    });
    expect((await stream.all()).at(-1)).toMatchObject({ stop_reason: 'cancelled' });
    expect(await hub.letta.runs.retrieve(String(run_id))).toMatchObject({ status: 'cancelled' });
  });
});

describe('posting', () => {
  test("REST-18 Letta's older approval answers all calls of the request whose message it names", async () => {
    const asked = await hub.stream(`${path}/messages`, { messages: [userMessage('go')] });
    (await hub.model.sample(0)).call({ name: 'Bash', arguments: '{}' }, { name: 'Bash', arguments: '{}' });
    const chunks = await asked.all();
    const call = chunks.find((chunk) => chunk.tool_call);
    const request = String(call?.id);
    const approval = (approve: boolean, approval_request_id: string | null, otid?: string) => ({
      messages: [
        { type: 'approval' as const, approve, approval_request_id, reason: 'No.', ...(otid ? { otid } : {}) },
      ],
    });
    expect(await refusal('POST', `${path}/messages`, approval(true, request))).toMatchObject({
      status: 400,
      error: 'no_tools_here',
      message: expect.stringContaining(String(call && callIdOf(call))),
    });
    for (const unknown of ['message-nowhere', null])
      expect(await refusal('POST', `${path}/messages`, approval(false, unknown))).toMatchObject({
        status: 422,
        field: 'messages.0.approval_request_id',
        message: expect.stringContaining('"tool_call_id"'),
      });
    const other = await newConversation(hub);
    expect(await refusal('POST', `${other.path}/messages`, approval(false, request))).toMatchObject({
      status: 422,
      message: expect.stringContaining(request),
    });
    const answer = await hub.letta.conversations.messages.create(id, approval(false, request, 'o1'));
    const sample = await hub.model.sample(1);
    expect(sample.input.messages.at(-1)).toMatchObject({
      results: [
        { text: 'No.', isError: true },
        { text: 'No.', isError: true },
      ],
    });
    sample.answer('Very well.');
    const told: unknown[] = [];
    for await (const chunk of answer) told.push(chunk);
    const again: unknown[] = [];
    for await (const chunk of await hub.letta.conversations.messages.create(
      id,
      approval(false, request, 'o1'),
    ))
      again.push(chunk);
    expect(again).toEqual(told);
  });

  test('REST-9 a denial is a result for the model; an approval is refused, because the hub runs no tools', async () => {
    const stream = await hub.stream(`${path}/messages`, { messages: [userMessage('go')] });
    (await hub.model.sample(0)).call({ name: 'Bash', arguments: '{}' }, { name: 'Bash', arguments: '{}' });
    const chunks = await stream.all();
    const calls = [...new Set(chunks.flatMap((chunk) => (chunk.tool_call ? [callIdOf(chunk)] : [])))];
    const [first, second] = calls as [string, string];
    const approve = {
      type: 'approval',
      approvals: [{ type: 'approval', tool_call_id: first, approve: true }],
    };
    expect(await refusal('POST', `${path}/messages`, { messages: [approve] })).toMatchObject({
      status: 400,
      error: 'no_tools_here',
      message: expect.stringContaining(first),
    });
    const deny = {
      type: 'approval',
      approvals: [
        { type: 'approval', tool_call_id: first, approve: false, reason: 'Too dangerous.' },
        { tool_call_id: second, approve: false },
      ],
    };
    await hub.stream(`${path}/messages`, { messages: [deny] });
    expect((await hub.model.sample(1)).input.messages.at(-1)).toMatchObject({
      results: [
        { text: 'Too dangerous.', isError: true },
        { text: 'Denied by the user.', isError: true },
      ],
    });
  });

  test('REST-6 a body that makes no sense is refused with the field that is wrong', async () => {
    const post = (body: unknown) => refusal('POST', `${path}/messages`, body);
    expect(await post({})).toMatchObject({ status: 422, field: 'messages' });
    expect(await post({ messages: [] })).toMatchObject({ status: 422, field: 'messages' });
    expect(await post({ messages: [{ role: 'robot', content: 'x' }] })).toMatchObject({
      status: 422,
      field: 'messages.0.role',
    });
    expect(
      await post({ messages: [{ type: 'approval', approvals: [{ tool_call_id: 'c', tool_return: 1 }] }] }),
    ).toMatchObject({ status: 422, field: expect.stringContaining('messages.0.approvals.0') });
    expect(await post({ messages: [{ type: 'approval', approvals: [] }] })).toMatchObject({ status: 422 });
    expect(await post('no json')).toMatchObject({ status: 400, error: 'invalid_body' });
    expect(await refusal('POST', `${path}/stream`, { starting_after: -1 })).toMatchObject({
      status: 422,
      field: 'starting_after',
    });
    expect((await hub.letta.conversations.messages.list(id)).items).toEqual([]);
  });

  test('REST-6 a body above 20 MB is refused, said beforehand or not', async () => {
    const declared = await hub.request('POST', `${path}/messages`, 'x'.repeat(MAX_BODY_BYTES + 1));
    expect([declared.status, await declared.json()]).toMatchObject([413, { error: 'body_too_large' }]);
    const { port } = new URL(hub.url);
    const status = await new Promise<number>((resolve, reject) => {
      const out = httpRequest({ port, path: `${path}/messages`, method: 'POST' }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
        out.destroy();
      });
      out.on('error', (error: NodeJS.ErrnoException) => {
        // The rest of the body is not taken any more once the answer is there.
        if (!['EPIPE', 'ECONNRESET'].includes(error.code ?? '')) reject(error);
      });
      for (let n = 0; n < 22; n += 1) out.write(Buffer.alloc(1024 * 1024, 'x'));
      out.end();
    });
    expect(status).toBe(413);
  });

  test('REST-12 without tokens the messages come whole', async () => {
    hub.model.auto = (sample) =>
      sample.say(
        { type: 'sample.reasoning', text: 'H' },
        { type: 'sample.reasoning', text: 'm' },
        { type: 'sample.text', text: 'a' },
        { type: 'sample.text', text: 'b' },
        { type: 'sample.callStarted', index: 0, providerId: 'p', name: 'Bash' },
        { type: 'sample.callArguments', index: 0, text: '{}' },
        { type: 'sample.callEnded', index: 0, providerId: 'p', name: 'Bash', arguments: '{}' },
        { type: 'sample.callStarted', index: 1, providerId: 'q', name: 'Read' },
        { type: 'sample.callEnded', index: 1, providerId: 'q', name: 'Read', arguments: '[]' },
        { type: 'sample.finished', stop: 'calls', usage },
      );
    const body = { messages: [userMessage('hi', 'o1')], stream_tokens: false };
    const whole = await (await hub.stream(`${path}/messages`, body)).all();
    expect(whole).toMatchObject([
      { reasoning: 'Hm' },
      { content: 'ab' },
      { tool_call: { name: 'Bash', arguments: '{}' } },
      { tool_call: { name: 'Read', arguments: '[]' } },
      { stop_reason: 'requires_approval' },
      { message_type: 'usage_statistics' },
    ]);
    expect(await (await hub.stream(`${path}/messages`, body)).all()).toEqual(whole);
  });

  test('each message of a batch keeps its own sender when a host names it, and nobody else may', async () => {
    hub.model.auto = (sample) => sample.answer('ok');
    const messages = [
      { ...userMessage('a', 'o1'), sender_id: 'token-ada' },
      { ...userMessage('b', 'o2'), sender_id: 'token-bob' },
      userMessage('c', 'o3'),
    ];
    const headers = { ...host('env-1', 't1'), 'x-letta-acting-user-id': 'token-eve' };
    await (await hub.stream(`${path}/messages`, { messages }, headers)).all();
    const listed = await hub.letta.conversations.messages.list(id, { order: 'asc' });
    expect(listed.items.map((message) => (message as { sender_id?: unknown }).sender_id)).toEqual([
      'token-ada',
      'token-bob',
      'token-eve',
      null,
    ]);
    const plain = await startData({ person: { tokenId: 'token-plain', name: 'Plain', right: 'send' } });
    const other = await newConversation(plain);
    plain.model.auto = (sample) => sample.answer('ok');
    await (await plain.stream(`${other.path}/messages`, { messages: [messages[0]] })).all();
    const [, message] = (await plain.letta.conversations.messages.list(other.id)).items;
    expect(message).toMatchObject({ sender_id: 'token-plain' });
    await plain.close();
  });
});

describe('rights', () => {
  test('REST-10 whoever may only read reads, and is told what else needs', async () => {
    const { request } = hub;
    const reader = await startData({ person: { tokenId: 't', name: 'Rita', right: 'answer' } });
    try {
      expect((await reader.request('GET', '/v1/agents/')).status).toBe(200);
      for (const [method, where] of [
        ['POST', '/v1/agents/'],
        ['PATCH', '/v1/agents/agent-1'],
        ['DELETE', '/v1/agents/agent-1'],
        ['POST', '/v1/conversations/'],
        ['PATCH', '/v1/conversations/c'],
        ['DELETE', '/v1/conversations/c'],
        ['POST', '/v1/conversations/c/messages'],
        ['POST', '/v1/conversations/c/cancel'],
        ['POST', '/v1/conversations/c/release'],
        ['POST', '/v1/agents/agent-1/messages'],
        ['POST', '/v1/agents/agent-1/messages/cancel'],
      ] as const) {
        const response = await reader.request(method, where, {});
        expect([where, response.status]).toEqual([where, 403]);
        expect(await response.json()).toMatchObject({
          error: 'forbidden',
          message: expect.stringMatching(/"send".*Rita/),
        });
      }
    } finally {
      await reader.close();
    }
    expect((await request('GET', '/v1/agents/')).status).toBe(200);
  });

  test('REST-10 speaking for an environment needs the right of a machine', async () => {
    const sender = await startData({ person: { tokenId: 't', name: 'Sam', right: 'send' } });
    const conversation = await newConversation(sender);
    for (const headers of [host('env-1', 't1'), { 'x-letta-environment-device-id': 'd1' }]) {
      const response = await sender.request(
        'POST',
        `${conversation.path}/messages`,
        { messages: [userMessage('x')] },
        headers,
      );
      expect(response.status).toBe(403);
    }
    await sender.close();
  });
});

describe('for the relay', () => {
  test('a snapshot holds the newest messages and what the open run has told', async () => {
    hub.model.auto = (sample) => sample.answer('ok');
    for (const text of ['a', 'b'])
      await (await hub.stream(`${path}/messages`, { messages: [userMessage(text)] })).all();
    hub.model.auto = null;
    const stream = await hub.stream(`${path}/messages`, { messages: [userMessage('c')] });
    (await hub.model.sample(2)).say({ type: 'sample.text', text: 'so far' });
    await stream.until(({ content }) => content === 'so far');
    const scope = { agentId, conversationId: id };
    const { messages, openRun } = await hub.data.snapshot(scope, 3);
    expect(messages.map(({ content }) => content)).toEqual(['b', 'ok', 'c']);
    expect(openRun).toMatchObject([{ content: 'so far', seq_id: 1 }]);
    (hub.model.samples[2] as NonNullable<(typeof hub.model.samples)[2]>).answer('');
    await stream.all();
    expect((await hub.data.snapshot(scope, 3)).openRun).toEqual([]);
    expect(await hub.data.snapshot({ agentId: null, conversationId: 'conv-none' }, 3)).toEqual({
      messages: [],
      openRun: [],
    });
  });

  test('a conversation is found with its agent, also the default one', () => {
    expect(hub.data.conversationExists(null, id)).toEqual({ agentId });
    expect(hub.data.conversationExists(agentId, 'default')).toEqual({ agentId });
    expect(hub.data.conversationExists(null, agentId)).toEqual({ agentId });
    expect(hub.data.conversationExists(null, 'default')).toBeNull();
    expect(hub.data.conversationExists('agent-none', id)).toBeNull();
  });
});
