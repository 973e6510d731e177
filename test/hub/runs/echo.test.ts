import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callIdOf } from '../support/sse-reader.ts';
import { host, newConversation, owner, startData, type TestData, userMessage } from '../support/test-data.ts';

let hub: TestData;
let path: string;
let id: string;
let agentId: string;
beforeEach(async () => {
  hub = await startData();
  ({ path, id, agentId } = await newConversation(hub));
});
afterEach(() => hub.close());

/** What subscribers saw, in short. */
const seen = () =>
  hub.published.map(({ scope, event }) => {
    expect(scope).toEqual({ agentId, conversationId: id });
    expect(event.runtime).toEqual({ agent_id: agentId, conversation_id: id });
    if (event.type === 'stream_delta') return event.delta.message_type;
    if (event.type === 'update_loop_status') return event.loop_status.status;
    return event.type;
  });

describe('a turn without a host', () => {
  test('RUN-23 is told to all subscribers: prompt, status, chunks, end', async () => {
    const stream = await hub.stream(`${path}/messages`, { messages: [userMessage('hi', 'o1')] });
    const sample = await hub.model.sample(0);
    sample.say({ type: 'sample.text', text: 'one' });
    const { run_id } = await stream.until(({ content }) => content === 'one');
    sample.answer('two');
    await stream.all();
    expect(seen()).toEqual([
      'user_message',
      'PROCESSING_API_RESPONSE',
      'assistant_message',
      'assistant_message',
      'stop_reason',
      'usage_statistics',
      'WAITING_ON_INPUT',
      'turn_finished',
    ]);
    const events = hub.published.map(({ event }) => event);
    expect(events[0]).toMatchObject({
      delta: { content: 'hi', otid: 'o1', acting_user_id: owner.tokenId, run_id },
    });
    expect(events[1]).toMatchObject({
      loop_status: { active_run_ids: [run_id], client_message_ids_by_run_id: { [String(run_id)]: ['o1'] } },
    });
    expect(events.at(-1)).toMatchObject({
      stop_reason: 'end_turn',
      run_id,
      usage: { total_tokens: 15 },
      turn_id: expect.stringMatching(/^turn-/),
    });
  });

  test('RUN-23 that waits for results of its program is not finished', async () => {
    const stream = await hub.stream(`${path}/messages`, { messages: [userMessage('hi')] });
    (await hub.model.sample(0)).call({ name: 'Bash', arguments: '{}' });
    const [chunk] = await stream.all();
    const tool_call_id = callIdOf(chunk);
    expect(hub.published.at(-1)?.event).toMatchObject({
      loop_status: { status: 'EXECUTING_CLIENT_SIDE_TOOL', executing_tool_call_ids: [tool_call_id] },
    });
    hub.published.length = 0;
    const results = {
      type: 'tool_return',
      tool_returns: [{ tool_call_id, tool_return: 'x', status: 'success' }],
    };
    const next = await hub.stream(`${path}/messages`, { messages: [results] });
    (await hub.model.sample(1)).answer('done');
    await next.all();
    expect(seen()).toEqual([
      'tool_return_message',
      'PROCESSING_API_RESPONSE',
      'assistant_message',
      'stop_reason',
      'usage_statistics',
      'WAITING_ON_INPUT',
      'turn_finished',
    ]);
  });

  test('RUN-23 that fails or is cancelled is finished with the reason', async () => {
    const failing = await hub.stream(`${path}/messages`, { messages: [userMessage('hi')] });
    (await hub.model.sample(0)).fail('overloaded');
    await failing.all();
    expect(hub.published.at(-1)?.event).toMatchObject({ stop_reason: 'llm_api_error', error: 'overloaded' });
    const waiting = await hub.stream(`${path}/messages`, { messages: [userMessage('hi')] });
    (await hub.model.sample(1)).call({ name: 'Bash', arguments: '{}' });
    await waiting.all();
    await hub.data.cancelScope({ agentId, conversationId: id }, { person: owner, environment: null });
    expect(hub.published.at(-1)?.event).toMatchObject({ type: 'turn_finished', stop_reason: 'cancelled' });
  });
});

describe("a host's turn", () => {
  /** A turn with two calls that wait for their results; gives their ids. */
  async function openTurn(): Promise<[string, string]> {
    const stream = await hub.stream(
      `${path}/messages`,
      { messages: [{ ...userMessage('hi', 'o1'), acting_user_id: 'Ada' }] },
      host('env-1', 't1'),
    );
    (await hub.model.sample(0)).call({ name: 'Bash', arguments: '{}' }, { name: 'Read', arguments: '{}' });
    const ids = (await stream.all()).flatMap(({ tool_call }) =>
      tool_call ? [(tool_call as { tool_call_id: string }).tool_call_id] : [],
    );
    return [...new Set(ids)] as [string, string];
  }
  const resultsOf = (ids: string[]) => ({
    type: 'approval',
    otid: 't1:2',
    approvals: ids.map((tool_call_id) => ({
      type: 'tool',
      tool_call_id,
      tool_return: 'x',
      status: 'success',
    })),
  });
  const deltas = () =>
    hub.published.flatMap(({ event }) => (event.type === 'stream_delta' ? [event.delta] : []));

  test('G-14 its prompts are told by the hub, when they enter the transcript, with their sender', async () => {
    await openTurn();
    expect(deltas()).toMatchObject([
      { message_type: 'user_message', content: 'hi', otid: 'o1', acting_user_id: 'Ada', turn_id: 't1' },
    ]);
    expect(hub.published[0]).toMatchObject({ environment: 'env-1' });
  });

  test('G-14 results that its host did not live to show are told by the hub', async () => {
    const [bash, read] = await openTurn();
    hub.shown.add(read);
    const next = await hub.stream(
      `${path}/messages`,
      { messages: [resultsOf([bash, read])] },
      host('env-1', 't1'),
    );
    (await hub.model.sample(1)).answer('ok');
    await next.all();
    expect(deltas().slice(1)).toMatchObject([
      { message_type: 'tool_return_message', tool_call_id: bash, tool_returns: [{ tool_call_id: bash }] },
    ]);
  });

  test('G-15 what its calls came to is kept and told when it is cancelled', async () => {
    const [bash, read] = await openTurn();
    const { approvals } = resultsOf([bash]);
    const cancelled = await hub.request('POST', `${path}/cancel`, { approvals }, host('env-1', 't1'));
    expect(cancelled.status).toBe(200);
    expect(deltas().slice(1)).toMatchObject([{ message_type: 'tool_return_message', tool_call_id: bash }]);
    const next = await hub.stream(`${path}/messages`, { messages: [userMessage('on')] }, host('env-1', 't2'));
    (await hub.model.sample(1)).answer('ok');
    await next.all();
    const { items } = await hub.letta.conversations.messages.list(id, { order: 'asc' });
    const returns = items.filter(({ message_type }) => message_type === 'tool_return_message');
    expect(returns).toMatchObject([
      { tool_call_id: bash, status: 'success' },
      { tool_call_id: read, outcome: 'cancelled' },
    ]);
  });

  test('G-15 what the model said after its host stopped listening is told by the hub when it is cancelled', async () => {
    const stream = await hub.stream(
      `${path}/messages`,
      { messages: [userMessage('hi')] },
      host('env-1', 't1'),
    );
    const sample = await hub.model.sample(0);
    sample.say({ type: 'sample.text', text: 'heard' });
    await stream.until(({ content }) => content === 'heard');
    hub.heard.upTo = 1;
    sample.say({ type: 'sample.text', text: ' unheard' });
    await stream.until(({ content }) => content === ' unheard');
    expect((await hub.request('POST', `${path}/cancel`, {}, host('env-1', 't1'))).status).toBe(200);
    expect(deltas().slice(1)).toMatchObject([
      { message_type: 'assistant_message', content: ' unheard', seq_id: 2, turn_id: 't1' },
      { message_type: 'stop_reason', stop_reason: 'cancelled', seq_id: 3 },
    ]);
  });

  test('G-21 a step that comes in behind the cancel of its turn is not begun', async () => {
    expect((await hub.request('POST', `${path}/cancel`, {}, host('env-1', 't1'))).status).toBe(200);
    const body = { messages: [userMessage('hi')] };
    const late = await hub.request('POST', `${path}/messages`, body, host('env-1', 't1'));
    expect([late.status, await late.json()]).toMatchObject([409, { error: 'turn_cancelled' }]);
    hub.model.auto = (sample) => sample.answer('ok');
    await (await hub.stream(`${path}/messages`, body, host('env-1', 't2'))).all();
    expect(deltas().filter(({ message_type }) => message_type === 'user_message')).toMatchObject([
      { turn_id: 't2' },
    ]);
  });

  test("HUB-31 of Letta's is told by that host, but for its prompts, which it shows of queued ones only", async () => {
    hub.model.auto = (sample) => sample.answer('ok');
    const stream = await hub.stream(
      `${path}/messages`,
      { messages: [{ ...userMessage('hi', 'fresh'), client_message_id: 'cm-1' }] },
      { 'x-letta-environment-device-id': 'd1' },
    );
    await stream.all();
    expect(seen()).toEqual(['user_message']);
    expect(hub.published[0]).toMatchObject({
      environment: 'env-1',
      event: { delta: { content: 'hi', otid: 'cm-1', client_message_id: 'cm-1' } },
    });
  });
});
