import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { usage } from '../support/puppet-model.ts';
import { callIdOf } from '../support/sse-reader.ts';
import { host, newConversation, owner, startData, type TestData, userMessage } from '../support/test-data.ts';

let hub: TestData;
let path: string;
let id: string;
beforeEach(async () => {
  hub = await startData();
  ({ path, id } = await newConversation(hub));
});
afterEach(() => hub.close());

const post = (messages: unknown[], more: object = {}, headers?: Record<string, string>) =>
  hub.stream(`${path}/messages`, { messages, ...more }, headers);
const transcript = async () =>
  (await hub.letta.conversations.messages.list(id, { order: 'asc' })).items as unknown as Record<
    string,
    unknown
  >[];
const kinds = async () => (await transcript()).map(({ message_type }) => message_type);
const result = (tool_call_id: string, text: string) => ({
  type: 'approval',
  approvals: [{ type: 'tool', tool_call_id, tool_return: text, status: 'success' }],
});

describe('a step', () => {
  test('RUN-1 streams numbered chunks, then stop_reason, usage_statistics and [DONE]', async () => {
    const stream = await post([userMessage('hi', 'o1')]);
    const sample = await hub.model.sample(0);
    sample.say({ type: 'sample.text', text: 'Hel' });
    await stream.until(({ content }) => content === 'Hel');
    sample.answer('lo');
    const chunks = await stream.all();
    expect(stream.done()).toBe(true);
    expect(chunks.map(({ message_type, seq_id }) => [message_type, seq_id])).toEqual([
      ['assistant_message', 1],
      ['assistant_message', 2],
      ['stop_reason', 3],
      ['usage_statistics', 4],
    ]);
    expect(new Set(chunks.map(({ run_id }) => run_id)).size).toBe(1);
    expect(chunks[2]).toMatchObject({ stop_reason: 'end_turn' });
    expect(chunks[3]).toMatchObject({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 });
  });

  test('RUN-1 says so when the model was cut off by its own limit', async () => {
    const stream = await post([userMessage('hi')]);
    (await hub.model.sample(0)).say(
      { type: 'sample.text', text: 'On and on' },
      { type: 'sample.finished', stop: 'length', usage },
    );
    const stop = await stream.until(({ message_type }) => message_type === 'stop_reason');
    expect(stop.stop_reason).toBe('max_tokens_exceeded');
    expect(await kinds()).toEqual(['user_message', 'assistant_message']);
  });

  test('RUN-2 gives the chunks of one message one id, the one it has in the transcript', async () => {
    const stream = await post([userMessage('hi')]);
    const sample = await hub.model.sample(0);
    sample.say(
      { type: 'sample.reasoning', text: 'Let me ' },
      { type: 'sample.reasoning', text: 'think.' },
      { type: 'sample.reasoning', text: '', metadata: { signature: 's1' } },
      { type: 'sample.text', text: 'One.' },
      { type: 'sample.reasoning', text: 'More.', metadata: { signature: 's2' } },
      { type: 'sample.text', text: 'Two.' },
      { type: 'sample.finished', stop: 'end', usage },
    );
    const chunks = (await stream.all()).filter(({ message_type }) =>
      /assistant|reasoning/.test(message_type),
    );
    const messages = (await transcript()).slice(1);
    expect(
      messages.map(({ message_type, content, reasoning }) => [message_type, content ?? reasoning]),
    ).toEqual([
      ['reasoning_message', 'Let me think.'],
      ['assistant_message', 'One.'],
      ['reasoning_message', 'More.'],
      ['assistant_message', 'Two.'],
    ]);
    expect([...new Set(chunks.map((chunk) => chunk.id))]).toEqual(messages.map((message) => message.id));
  });

  test('sends the prompt that the transcript makes: system, turns in order, reasoning with its metadata', async () => {
    const first = await post([userMessage('hi')], {}, host('env-1', 't1'));
    (await hub.model.sample(0)).say(
      { type: 'sample.reasoning', text: 'Hm.', metadata: { signature: 's1' } },
      { type: 'sample.text', text: 'Hello.' },
      { type: 'sample.finished', stop: 'end', usage },
    );
    await first.all();
    await post([userMessage('a', 'oa'), userMessage('b', 'ob')], {}, host('env-1', 't2'));
    const { input } = await hub.model.sample(1);
    expect(input).toMatchObject({ model: 'demo/scripted', system: 'Be brief.', tools: [] });
    expect(input.messages).toEqual([
      { role: 'user', turn: 't1', content: 'hi' },
      {
        role: 'assistant',
        turn: 't1',
        text: 'Hello.',
        reasoning: [{ text: 'Hm.', metadata: { signature: 's1' } }],
        calls: [],
      },
      { role: 'user', turn: 't2', content: 'a' },
      { role: 'user', turn: 't2', content: 'b' },
    ]);
  });

  test('RUN-5 streams calls as fragments under ids of the hub, and gives providers theirs back', async () => {
    const tools = [{ name: 'Bash', description: 'runs', parameters: { type: 'object' } }];
    const stream = await post([userMessage('hi')], { client_tools: tools }, host('env-1', 't1'));
    const sample = await hub.model.sample(0);
    expect(sample.input.tools).toEqual(tools);
    sample.say(
      { type: 'sample.callStarted', index: 0, providerId: 'same', name: 'Bash' },
      { type: 'sample.callArguments', index: 0, text: '{"command":' },
      { type: 'sample.callArguments', index: 0, text: '"ls"}' },
      { type: 'sample.callEnded', index: 0, providerId: 'same', name: 'Bash', arguments: '{"command":"ls"}' },
      { type: 'sample.callStarted', index: 1, providerId: 'same', name: 'Read' },
      { type: 'sample.callEnded', index: 1, providerId: 'same', name: 'Read', arguments: '{"p":1}' },
      { type: 'sample.finished', stop: 'calls', usage },
    );
    const chunks = await stream.all();
    const run = String(chunks[0]?.run_id).replace('run-', '');
    const fragments = chunks.flatMap(({ tool_call }) => (tool_call ? [tool_call] : []));
    expect(fragments).toEqual([
      { name: 'Bash', arguments: '', tool_call_id: `call-${run}-1` },
      { name: 'Bash', arguments: '{"command":', tool_call_id: `call-${run}-1` },
      { name: 'Bash', arguments: '"ls"}', tool_call_id: `call-${run}-1` },
      { name: 'Read', arguments: '', tool_call_id: `call-${run}-2` },
      { name: 'Read', arguments: '{"p":1}', tool_call_id: `call-${run}-2` },
    ]);
    expect(chunks.find(({ stop_reason }) => stop_reason)).toMatchObject({ stop_reason: 'requires_approval' });

    const results = {
      type: 'approval',
      otid: 't1:2',
      approvals: [
        {
          type: 'tool',
          tool_call_id: `call-${run}-2`,
          tool_return: [{ type: 'text', text: 'two' }],
          status: 'error',
        },
        { type: 'tool', tool_call_id: `call-${run}-1`, tool_return: 'one', status: 'success', stdout: ['x'] },
      ],
    };
    await post([results], {}, host('env-1', 't1'));
    const { input } = await hub.model.sample(1);
    expect(input.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        turn: 't1',
        text: '',
        reasoning: [],
        calls: [
          { id: `call-${run}-1`, providerId: 'same', name: 'Bash', arguments: '{"command":"ls"}' },
          { id: `call-${run}-2`, providerId: 'same', name: 'Read', arguments: '{"p":1}' },
        ],
      },
      {
        role: 'tool',
        turn: 't1',
        results: [
          { id: `call-${run}-2`, providerId: 'same', name: 'Read', text: 'two', isError: true },
          { id: `call-${run}-1`, providerId: 'same', name: 'Bash', text: 'one', isError: false },
        ],
      },
    ]);
    expect((await transcript()).slice(1)).toMatchObject([
      { message_type: 'approval_request_message', tool_calls: [{ name: 'Bash' }, { name: 'Read' }] },
      {
        message_type: 'tool_return_message',
        otid: 't1:2',
        tool_call_id: `call-${run}-2`,
        tool_returns: [{ status: 'error' }, { stdout: ['x'], tool_return: 'one' }],
      },
    ]);
  });

  test('RUN-6 asks for approval exactly when there are calls, and goes on when their results are posted', async () => {
    const stream = await post([userMessage('hi')], {}, host('env-1', 't1'));
    (await hub.model.sample(0)).call({ name: 'Bash', arguments: '{}' });
    const [chunk] = await stream.all();
    const tool_call_id = callIdOf(chunk);
    const conversation = await hub.letta.conversations.retrieve(id);
    expect(conversation).toMatchObject({
      turn: { turn_id: 't1', environment: 'env-1', open_tool_call_ids: [tool_call_id] },
    });
    const next = await post([result(tool_call_id, 'done')], {}, host('env-1', 't1'));
    (await hub.model.sample(1)).answer('All done.');
    expect((await next.all()).at(-2)).toMatchObject({ stop_reason: 'end_turn' });
    expect(await hub.letta.conversations.retrieve(id)).toMatchObject({ turn: null });
    expect(await kinds()).toEqual([
      'user_message',
      'approval_request_message',
      'tool_return_message',
      'assistant_message',
    ]);
  });

  test('RUN-28 a call that was cut off is no call, and then none of the step is', async () => {
    const stream = await post([userMessage('hi')]);
    (await hub.model.sample(0)).say(
      { type: 'sample.text', text: 'I will look.' },
      { type: 'sample.callStarted', index: 0, providerId: 'p', name: 'Bash' },
      { type: 'sample.callEnded', index: 0, providerId: 'p', name: 'Bash', arguments: '{}' },
      { type: 'sample.callStarted', index: 1, providerId: 'q', name: 'Bash' },
      { type: 'sample.callArguments', index: 1, text: '{"comm' },
      { type: 'sample.finished', stop: 'length', usage },
    );
    const stop = await stream.until(({ message_type }) => message_type === 'stop_reason');
    expect(stop.stop_reason).toBe('max_tokens_exceeded');
    await stream.all();
    expect(await kinds()).toEqual(['user_message', 'assistant_message']);
    expect(await hub.letta.conversations.retrieve(id)).toMatchObject({ turn: null });
  });

  test('RUN-28 a step that ends in the middle of a call has failed', async () => {
    const stream = await post([userMessage('hi')]);
    (await hub.model.sample(0)).say(
      { type: 'sample.callStarted', index: 0, providerId: 'p', name: 'Bash' },
      { type: 'sample.finished', stop: 'calls', usage },
    );
    const chunks = await stream.all();
    expect(chunks.slice(-2)).toMatchObject([
      { error_type: 'incomplete_call', retryable: true },
      { stop_reason: 'llm_api_error' },
    ]);
    expect(await kinds()).toEqual(['user_message']);
  });

  test('RUN-7 tells why it failed, and nothing it said enters transcript or prompt', async () => {
    const stream = await post([userMessage('hi')]);
    const sample = await hub.model.sample(0);
    sample.say({ type: 'sample.text', text: 'Half an ans' });
    sample.fail('overloaded', { status: 529, retryAfterMs: 1_500 });
    const chunks = await stream.all();
    expect(stream.done()).toBe(true);
    expect(chunks.slice(1)).toMatchObject([
      {
        message_type: 'error_message',
        seq_id: 2,
        error_type: 'llm_error',
        message: 'overloaded',
        detail: 'overloaded',
        retryable: true,
        retry_after_ms: 1_500,
        status: 529,
      },
      { message_type: 'stop_reason', stop_reason: 'llm_api_error', seq_id: 3 },
    ]);
    expect(await kinds()).toEqual(['user_message']);
    await post([userMessage('and now?')]);
    expect((await hub.model.sample(1)).input.messages.map(({ role }) => role)).toEqual(['user', 'user']);
  });

  test('RUN-7 a model that refuses has failed for good', async () => {
    const stream = await post([userMessage('hi')]);
    (await hub.model.sample(0)).say({ type: 'sample.finished', stop: 'refused', usage });
    expect(await stream.all()).toMatchObject([
      { error_type: 'refused', retryable: false },
      { stop_reason: 'llm_api_error' },
    ]);
  });

  test('a sampler that throws fails the step and nothing else', async () => {
    const broken = await startData({
      sampler: () => {
        throw new Error('a bug, with a key in its text');
      },
    });
    const conversation = await newConversation(broken);
    const stream = await broken.stream(`${conversation.path}/messages`, { messages: [userMessage('hi')] });
    const chunks = await stream.all();
    expect(chunks).toMatchObject([
      { error_type: 'llm_error', retryable: false },
      { stop_reason: 'llm_api_error' },
    ]);
    expect(JSON.stringify(chunks)).not.toContain('a key in its text');
    await broken.close();
  });
});

describe('the disk', () => {
  test('RUN-3 the first chunk waits for the start to be on disk, the stop reason for the end', async () => {
    const gates: (() => void)[] = [];
    const slow = await startData({ gate: () => new Promise<void>((resolve) => gates.push(resolve)) });
    const opened = (n: number) =>
      expect
        .poll(() => gates.length)
        .toBe(n)
        .then(() => gates[n - 1]?.());
    const agent = slow.letta.agents.create({ name: 'x' });
    await opened(1);
    const agentId = (await agent).id;
    const streaming = slow.stream(`/v1/agents/${agentId}/messages/stream`, { messages: [userMessage('hi')] });
    const sample = await slow.model.sample(0);
    sample.say({ type: 'sample.text', text: 'early' });
    const stream = await streaming;
    // Something else gets through meanwhile, so what was said had its chance.
    await slow.letta.agents.retrieve(agentId);
    expect(stream.chunks).toEqual([]);
    await opened(2);
    await stream.until(({ content }) => content === 'early');
    sample.answer(' late');
    await stream.until(({ content }) => content === ' late');
    await slow.letta.agents.retrieve(agentId);
    expect(stream.chunks.filter(({ stop_reason }) => stop_reason)).toEqual([]);
    await opened(3);
    await stream.until(({ stop_reason }) => stop_reason === 'end_turn');
    await slow.close();
  });

  test('RUN-3 a model faster than the disk is told with the end, all of it', async () => {
    const gates: (() => void)[] = [];
    const slow = await startData({ gate: () => new Promise<void>((resolve) => gates.push(resolve)) });
    const agent = slow.letta.agents.create({ name: 'x' });
    await expect.poll(() => gates.length).toBe(1);
    gates[0]?.();
    slow.model.auto = (sample) => sample.answer('at once');
    const path = `/v1/agents/${(await agent).id}/messages/stream`;
    const streaming = slow.stream(path, { messages: [userMessage('hi')] });
    await expect.poll(() => gates.length).toBe(2);
    expect(slow.published).toEqual([]);
    gates[1]?.();
    expect((await (await streaming).all()).map(({ message_type }) => message_type)).toEqual([
      'assistant_message',
      'stop_reason',
      'usage_statistics',
    ]);
    expect(slow.published[0]?.event).toMatchObject({ delta: { message_type: 'user_message' } });
    await slow.close();
  });

  test('RUN-30 a full disk fails the step with a reason, keeps nothing of it, and the hub goes on', async () => {
    const stream = await post([userMessage('hi', 'o1')]);
    const sample = await hub.model.sample(0);
    sample.say({ type: 'sample.text', text: 'shown' });
    await stream.until(({ content }) => content === 'shown');
    hub.disk.left = 0;
    sample.answer(', lost');
    const chunks = await stream.all();
    expect(chunks.slice(-2)).toMatchObject([
      { error_type: 'store_error', retryable: true, message: expect.stringContaining('full') },
      { stop_reason: 'llm_api_error' },
    ]);
    const refused = await hub.request('POST', `${path}/messages`, { messages: [userMessage('b')] });
    expect(refused.status).toBe(507);
    expect(await refused.json()).toMatchObject({
      error: 'store_full',
      message: expect.stringContaining('full'),
    });

    hub.disk.left = Number.POSITIVE_INFINITY;
    expect(await kinds()).toEqual(['user_message']);
    const again = await post([userMessage('hi', 'o1')]);
    (await hub.model.sample(1)).answer('kept');
    await again.all();
    expect(await kinds()).toEqual(['user_message', 'assistant_message']);
  });
});

describe('a full disk', () => {
  const laptop = host('env-1', 't1');

  test('RUN-30 is told to whoever waits, and to whoever cancels', async () => {
    const turn = await post([userMessage('go')], {}, laptop);
    (await hub.model.sample(0)).call({ name: 'Bash', arguments: '{}' });
    await turn.all();
    const waiting = await post([userMessage('x')], {}, host('env-2', 't2'));
    await waiting.until(({ message_type }) => message_type === 'waiting');
    const scope = { agentId: null, conversationId: id };
    const by = { person: owner, environment: 'env-1' };
    hub.disk.left = 0;
    const cancelled = await hub.request('POST', `${path}/cancel`, {}, laptop);
    expect([cancelled.status, await cancelled.json()]).toMatchObject([507, { error: 'store_full' }]);
    expect(await hub.data.cancelScope(scope, by)).toMatchObject({ ok: false, error: 'store_error' });
    // Room for the cancel, and none for the message that may go then.
    hub.disk.left = 1;
    expect(await hub.data.cancelScope(scope, by)).toMatchObject({ ok: true });
    expect((await waiting.all()).slice(1)).toMatchObject([
      { error_type: 'store_full', status: 507, retryable: true },
      { stop_reason: 'error' },
    ]);
  });
});

describe('readers', () => {
  test('RUN-4 a run goes on when its reader has gone, and whoever comes gets the rest', async () => {
    const first = await post([userMessage('hi', 'o1')], {}, host('env-1', 't1'));
    const sample = await hub.model.sample(0);
    sample.say({ type: 'sample.text', text: 'one' });
    const { run_id } = await first.until(({ content }) => content === 'one');
    first.drop();
    sample.say({ type: 'sample.text', text: 'two' });
    const late = await hub.stream(`${path}/stream`, { otid: 'o1', starting_after: 1 }, host('env-1', 't1'));
    await late.until(({ content }) => content === 'two');
    sample.answer('three');
    expect((await late.all()).map(({ seq_id, content }) => [seq_id, content])).toEqual([
      [2, 'two'],
      [3, 'three'],
      [4, undefined],
      [5, undefined],
    ]);
    for (const [where, body] of [
      [`${path}/stream`, { otid: 'o1' }],
      [`${path}/stream`, { run_id }],
      [`${path}/stream`, {}],
      [`/v1/runs/${run_id}/stream`, {}],
    ] as const) {
      const whole = await (await hub.stream(where, body)).all();
      expect(whole.map(({ content }) => content)).toEqual(['one', 'two', 'three', undefined, undefined]);
    }
    const tail = await hub.stream(`/v1/runs/${run_id}/stream`, { starting_after: 3 });
    expect((await tail.all()).map(({ seq_id }) => seq_id)).toEqual([4, 5]);
  });

  test('RUN-4 many chunks are written behind the stream and read back in order', async () => {
    const first = await post([userMessage('hi', 'o1')]);
    const sample = await hub.model.sample(0);
    for (let n = 0; n < 400; n += 1) sample.say({ type: 'sample.text', text: `${n} ` });
    await first.until(({ content }) => content === '399 ');
    const stored = () => hub.db.statement('SELECT max(last) AS last FROM chunks').get() as { last: number };
    await expect.poll(() => stored().last).toBe(400);
    sample.answer('end');
    const told = await first.all();
    expect(await (await hub.stream(`${path}/stream`, { otid: 'o1' })).all()).toEqual(told);
  });

  test('RUN-4 chunks that could not be written are written with the next ones', async () => {
    const first = await post([userMessage('hi', 'o1')]);
    const sample = await hub.model.sample(0);
    const say = async (from: number) => {
      for (let n = from; n < from + 128; n += 1) sample.say({ type: 'sample.text', text: `${n} ` });
      await first.until(({ content }) => content === `${from + 127} `);
    };
    hub.disk.left = 0;
    await say(0);
    expect(hub.lifecycle.map(({ verb }) => verb)).toContain('chunks_not_written');
    hub.disk.left = Number.POSITIVE_INFINITY;
    await say(128);
    const stored = () => hub.db.statement('SELECT max(last) AS last FROM chunks').get() as { last: number };
    await expect.poll(() => stored().last).toBe(256);
    sample.answer('end');
    const told = await first.all();
    expect(await (await hub.stream(`${path}/stream`, { otid: 'o1' })).all()).toEqual(told);
  });

  test('RUN-4 a reader who takes nothing is not waited for and gets all of it later', async () => {
    const text = 'x'.repeat(64 * 1024);
    const abort = new AbortController();
    const response = await fetch(`${hub.url}${path}/messages`, {
      method: 'POST',
      body: JSON.stringify({ messages: [userMessage('hi', 'o1')] }),
      headers: { 'content-type': 'application/json' },
      signal: abort.signal,
    });
    const sample = await hub.model.sample(0);
    for (let n = 0; n < 400; n += 1) sample.say({ type: 'sample.text', text });
    sample.answer('end');
    await expect
      .poll(async () => (await hub.letta.runs.list({ conversation_id: id })).items[0]?.status)
      .toBe('completed');
    let bytes = 0;
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) bytes += piece.length;
    expect(bytes).toBeGreaterThan(400 * text.length);
  });

  test('an otid that was never posted is unknown, and so is a run', async () => {
    const step = await hub.request('POST', `${path}/stream`, { otid: 'never' });
    expect([step.status, ((await step.json()) as { error: string }).error]).toEqual([404, 'unknown_step']);
    const run = await hub.request('POST', '/v1/runs/run-never/stream', {});
    expect([run.status, ((await run.json()) as { error: string }).error]).toEqual([404, 'unknown_run']);
    const none = await hub.request('POST', `${path}/stream`, {});
    expect([none.status, ((await none.json()) as { error: string }).error]).toEqual([404, 'no_run']);
  });

  test('pings come when they are asked for', async () => {
    const quick = await startData({ times: { pingMs: 5 } });
    const conversation = await newConversation(quick);
    const stream = await quick.stream(`${conversation.path}/messages`, {
      messages: [userMessage('hi')],
      include_pings: true,
    });
    await stream.until(({ message_type }) => message_type === 'ping');
    (await quick.model.sample(0)).answer('done');
    await stream.all();
    await quick.close();
  });

  test('RUN-25 a run whose chunks are gone is replayed from its messages', async () => {
    const first = await post([userMessage('hi', 'o1')], {}, host('env-1', 't1'));
    (await hub.model.sample(0)).say(
      { type: 'sample.reasoning', text: 'Hm.' },
      { type: 'sample.text', text: 'I ' },
      { type: 'sample.text', text: 'look.' },
      { type: 'sample.callStarted', index: 0, providerId: 'p', name: 'Bash' },
      { type: 'sample.callEnded', index: 0, providerId: 'p', name: 'Bash', arguments: '{"a":1}' },
      { type: 'sample.finished', stop: 'calls', usage },
    );
    const told = await first.all();
    hub.db.statement('DELETE FROM chunks').run();
    const again = await (await post([userMessage('hi', 'o1')], {}, host('env-1', 't1'))).all();
    expect(again).toMatchObject([
      { message_type: 'reasoning_message', reasoning: 'Hm.', seq_id: 1 },
      { message_type: 'assistant_message', content: 'I look.', seq_id: 2 },
      {
        message_type: 'approval_request_message',
        tool_call: { name: 'Bash', arguments: '{"a":1}' },
        seq_id: 3,
      },
      { stop_reason: 'requires_approval', seq_id: 4 },
      { message_type: 'usage_statistics', prompt_tokens: 10, seq_id: 5 },
    ]);
    expect(again[2]?.tool_call).toMatchObject({
      tool_call_id: callIdOf(told[3]),
    });
  });
});
