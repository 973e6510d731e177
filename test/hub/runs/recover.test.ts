import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callIdOf } from '../support/sse-reader.ts';
import { host, newConversation, startData, type TestData, userMessage } from '../support/test-data.ts';

let hub: TestData;
let after: TestData | null;
let path: string;
let id: string;
let agentId: string;
beforeEach(async () => {
  hub = await startData();
  after = null;
  ({ path, id, agentId } = await newConversation(hub));
});
afterEach(async () => {
  await hub.close();
  await after?.close();
});

const kindsOf = async (where: TestData) =>
  (await where.letta.conversations.messages.list(id, { order: 'asc' })).items.map(
    ({ message_type }) => message_type,
  );
const laptop = host('env-1', 't1');

describe('a hub that was killed', () => {
  test('RUN-8 calls what was streaming interrupted, and nothing it said counts', async () => {
    const first = await hub.stream(`${path}/messages`, { messages: [userMessage('hi', 'o1')] }, laptop);
    const sample = await hub.model.sample(0);
    for (let n = 0; n < 130; n += 1) sample.say({ type: 'sample.text', text: `${n} ` });
    const { run_id } = await first.until(({ content }) => content === '129 ');
    await expect.poll(() => hub.db.statement('SELECT 1 FROM chunks').all().length).toBeGreaterThan(0);
    after = await hub.crash();

    expect(await after.letta.runs.retrieve(String(run_id))).toMatchObject({
      status: 'failed',
      metadata: { error: { error_type: 'interrupted', retryable: true } },
    });
    expect(await kindsOf(after)).toEqual(['user_message']);
    const resumed = await after.stream(`${path}/stream`, { otid: 'o1', starting_after: 130 }, laptop);
    expect(await resumed.all()).toMatchObject([
      { message_type: 'error_message', error_type: 'interrupted', retryable: true, seq_id: 131 },
      { message_type: 'stop_reason', stop_reason: 'llm_api_error' },
    ]);

    const again = await after.stream(`${path}/messages`, { messages: [userMessage('hi', 'o1')] }, laptop);
    const retried = await after.model.sample(0);
    expect(retried.input.messages).toEqual([{ role: 'user', turn: 't1', content: 'hi' }]);
    retried.answer('whole');
    await again.all();
    expect(await kindsOf(after)).toEqual(['user_message', 'assistant_message']);
  });

  test('RUN-8 keeps the turn for its host, and ends the turn of a program', async () => {
    await hub.stream(`${path}/messages`, { messages: [userMessage('hi', 'o1')] }, laptop);
    await hub.model.sample(0);
    const other = await newConversation(hub);
    await hub.stream(`${other.path}/messages`, { messages: [userMessage('hi')] });
    await hub.model.sample(1);
    after = await hub.crash();
    expect(after.data.leaseOf({ agentId, conversationId: id })).toMatchObject({ environment: 'env-1' });
    expect(after.data.leaseOf({ agentId: other.agentId, conversationId: other.id })).toBeNull();
    const waiting = await after.stream(
      `${path}/messages`,
      { messages: [userMessage('x')] },
      host('env-2', 't9'),
    );
    await waiting.until(({ message_type }) => message_type === 'waiting');
    after.model.auto = (sample) => sample.answer('ok');
    await (await after.stream(`${path}/messages`, { messages: [userMessage('hi', 'o1')] }, laptop)).all();
    await waiting.all();
    expect(after.model.samples.map(({ input }) => input.messages.length)).toEqual([1, 3]);
  });

  test('RUN-8 has everything that was answered: transcript, chunks, open calls, lease, key', async () => {
    const first = await hub.stream(`${path}/messages`, { messages: [userMessage('hi', 'o1')] }, laptop);
    (await hub.model.sample(0)).call({ name: 'Bash', arguments: '{}' });
    const told = await first.all();
    after = await hub.crash();
    const replayed = await after.stream(`${path}/messages`, { messages: [userMessage('hi', 'o1')] }, laptop);
    expect(await replayed.all()).toEqual(told);
    const tool_call_id = callIdOf(told[0]);
    const results = {
      type: 'approval',
      otid: 't1:2',
      approvals: [{ type: 'tool', tool_call_id, tool_return: 'x', status: 'success' }],
    };
    const next = await after.stream(`${path}/messages`, { messages: [results] }, laptop);
    const sample = await after.model.sample(0);
    expect(sample.input.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
    sample.answer('done');
    await next.all();
  });
});

describe('a hub that stops', () => {
  test('RUN-29 interrupts what runs, on disk, and tells readers and those who wait', async () => {
    const first = await hub.stream(`${path}/messages`, { messages: [userMessage('hi', 'o1')] }, laptop);
    const sample = await hub.model.sample(0);
    sample.say({ type: 'sample.text', text: 'half' });
    await first.until(({ content }) => content === 'half');
    const waiting = await hub.stream(
      `${path}/messages`,
      { messages: [userMessage('x')] },
      host('env-2', 't2'),
    );
    await waiting.until(({ message_type }) => message_type === 'waiting');
    await hub.data.close();
    expect((await first.all()).slice(1)).toMatchObject([
      { error_type: 'interrupted', retryable: true },
      { stop_reason: 'llm_api_error' },
    ]);
    expect((await waiting.all()).slice(1)).toMatchObject([
      { error_type: 'hub_stopping', retryable: true, status: 503 },
      { stop_reason: 'error' },
    ]);
    const late = await hub.request('POST', `${path}/messages`, { messages: [userMessage('y')] });
    expect(late.status).toBe(503);
    after = await hub.crash();
    expect(await kindsOf(after)).toEqual(['user_message']);
    expect(after.data.leaseOf({ agentId, conversationId: id })).toMatchObject({ environment: 'env-1' });
  });
});
