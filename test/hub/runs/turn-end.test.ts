import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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

const UNKNOWN =
  'Outcome unknown: the host stopped while this ran. It may have run fully, partly or not at all. ' +
  'Check before you repeat it.';
const laptop = (turn: string) => host('env-1', turn);
const post = (messages: unknown[], headers: Record<string, string>) =>
  hub.stream(`${path}/messages`, { messages }, headers);
const result = (callIds: string[], otid?: string) => ({
  type: 'approval',
  ...(otid ? { otid } : {}),
  approvals: callIds.map((tool_call_id) => ({
    type: 'tool',
    tool_call_id,
    tool_return: `result of ${tool_call_id.slice(-1)}`,
    status: 'success',
  })),
});
const send = async (where: string, body: unknown, headers: Record<string, string> = {}) => {
  const response = await hub.request('POST', where, body, headers);
  return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
};
/** A turn with two open calls; gives their ids. */
const openTurn = async (turn = 't1', headers: Record<string, string> = laptop(turn)): Promise<string[]> => {
  const n = hub.model.samples.length;
  const stream = await post([userMessage('go', `otid-${turn}`)], headers);
  (await hub.model.sample(n)).call(
    { name: 'Bash', arguments: '{"n":1}' },
    { name: 'Read', arguments: '{"n":2}' },
  );
  const chunks = await stream.all();
  const ids = chunks.flatMap(({ tool_call }) => (tool_call ? [tool_call as { tool_call_id: string }] : []));
  return [...new Set(ids.map(({ tool_call_id }) => tool_call_id))];
};
/** What each call of the conversation came to, in the order of the transcript. */
const returns = async () =>
  (await hub.letta.conversations.messages.list(id, { order: 'asc' })).items.flatMap((message) =>
    message.message_type === 'tool_return_message'
      ? ((message as { tool_returns?: unknown }).tool_returns as Record<string, unknown>[])
      : [],
  );
/** The results that subscribers were told of by the hub. */
const toldResults = () =>
  hub.published.flatMap(({ event }) =>
    event.type === 'stream_delta' && event.delta.message_type === 'tool_return_message' ? [event.delta] : [],
  );
/** Every call of the prompt has exactly one result, right behind it. */
const expectWhole = (messages: readonly { role: string }[]): void => {
  for (const [index, message] of messages.entries()) {
    if (message.role !== 'assistant') continue;
    const { calls } = message as unknown as { calls: { id: string }[] };
    if (calls.length === 0) continue;
    const next = messages[index + 1] as unknown as { role: string; results: { id: string }[] };
    expect(next.role).toBe('tool');
    expect(next.results.map((one) => one.id).sort()).toEqual(calls.map((call) => call.id).sort());
  }
};

describe('calls that nobody answers', () => {
  test('RUN-19 are closed as unknown when their environment begins another turn', async () => {
    const [bash, read] = await openTurn();
    const next = await post([userMessage('never mind', 'o2')], laptop('t2'));
    const sample = await hub.model.sample(1);
    expectWhole(sample.input.messages);
    sample.answer('ok');
    await next.all();
    expect(await returns()).toEqual([
      { tool_call_id: bash, status: 'error', tool_return: UNKNOWN, outcome: 'unknown' },
      { tool_call_id: read, status: 'error', tool_return: UNKNOWN, outcome: 'unknown' },
    ]);
    expect(toldResults()).toMatchObject([{ outcome: 'unknown' }]);
  });

  test('RUN-19 are closed as unknown when the others of their batch are answered', async () => {
    const [bash, read] = (await openTurn()) as [string, string];
    const next = await post([result([read])], laptop('t1'));
    const sample = await hub.model.sample(1);
    expectWhole(sample.input.messages);
    expect(sample.input.messages.at(-1)).toMatchObject({
      role: 'tool',
      results: [
        { id: read, name: 'Read', text: 'result of 2', isError: false },
        { id: bash, name: 'Bash', text: UNKNOWN, isError: true },
      ],
    });
    sample.answer('ok');
    await next.all();
  });

  test('RUN-20 a result for a closed call is kept as a note and never as a result', async () => {
    const [bash] = (await openTurn()) as [string];
    const next = await post([userMessage('never mind')], laptop('t2'));
    (await hub.model.sample(1)).answer('ok');
    await next.all();
    const late = await send(`${path}/messages`, { messages: [result([bash], 't1:2')] }, laptop('t1'));
    expect(late).toMatchObject({ status: 409, error: 'not_the_holder', noted: true });
    expect(
      await send(`${path}/messages`, { messages: [result([bash], 't1:2')] }, laptop('t1')),
    ).toMatchObject({
      status: 409,
      error: 'not_the_holder',
    });
    const notes = (await hub.letta.conversations.messages.list(id)).items.filter(
      ({ message_type }) => message_type === 'event_message',
    );
    expect(notes).toMatchObject([
      {
        event_type: 'late_tool_return',
        otid: 't1:2',
        event_data: { tool_returns: [{ tool_call_id: bash, tool_return: 'result of 1' }] },
      },
    ]);
    const mixed = await post([result([bash], 'late'), userMessage('go on')], laptop('t3'));
    const sample = await hub.model.sample(2);
    expect(JSON.stringify(sample.input.messages)).not.toContain('result of 1');
    expectWhole(sample.input.messages);
    sample.answer('ok');
    await mixed.all();
  });

  test('a result for a call that was never made is refused by name', async () => {
    const [bash] = (await openTurn()) as [string];
    const unknown = await send(`${path}/messages`, { messages: [result(['call-x-1'])] }, laptop('t1'));
    expect(unknown).toMatchObject({
      status: 400,
      error: 'unknown_call',
      message: expect.stringContaining('"call-x-1"'),
      expected: expect.arrayContaining([bash]),
    });
    const other = await newConversation(hub);
    expect(await send(`${other.path}/messages`, { messages: [result([bash])] }, laptop('t1'))).toMatchObject({
      status: 400,
      error: 'unknown_call',
    });
  });
});

describe('a cancel', () => {
  test('RUN-13 stops the model, keeps what it showed, and gives the turn up', async () => {
    const stream = await post([userMessage('go', 'o1')], laptop('t1'));
    const sample = await hub.model.sample(0);
    sample.say(
      { type: 'sample.reasoning', text: 'Hm' },
      { type: 'sample.text', text: 'Well, ' },
      { type: 'sample.callStarted', index: 0, providerId: 'p', name: 'Bash' },
      { type: 'sample.callEnded', index: 0, providerId: 'p', name: 'Bash', arguments: '{}' },
    );
    const { run_id } = await stream.until(({ tool_call }) => tool_call !== undefined);
    const cancelled = await send(`${path}/cancel`, {}, laptop('t1'));
    expect(cancelled).toEqual({ status: 200, [String(run_id)]: 'cancelled' });
    expect(sample.signal.aborted).toBe(true);
    expect((await stream.all()).at(-1)).toMatchObject({ stop_reason: 'cancelled' });
    const kinds = (await hub.letta.conversations.messages.list(id, { order: 'asc' })).items;
    expect(kinds.map(({ message_type }) => message_type)).toEqual([
      'user_message',
      'reasoning_message',
      'assistant_message',
    ]);
    await post([userMessage('again')], host('env-2', 't2'));
    expect((await hub.model.sample(1)).input.messages).toMatchObject([
      { role: 'user', turn: 't1' },
      { role: 'assistant', turn: 't1', text: 'Well, ', reasoning: [], calls: [] },
      { role: 'user', turn: 't2' },
    ]);
  });

  test('RUN-22 leaves the calls open for results that come with the next message', async () => {
    const [bash, read] = (await openTurn()) as [string, string];
    const [run] = (await hub.letta.runs.list({ conversation_id: id })).items;
    expect(await send(`${path}/cancel`, {}, laptop('t1'))).toEqual({
      status: 200,
      [String(run?.id)]: 'cancelled',
    });
    expect(hub.data.leaseOf({ agentId, conversationId: id })).toBeNull();
    const next = await post([result([bash, read], 't1:2'), userMessage('and now', 'o2')], laptop('t2'));
    const sample = await hub.model.sample(1);
    expectWhole(sample.input.messages);
    expect(sample.input.messages.map(({ role, turn }) => `${turn} ${role}`)).toEqual([
      't1 user',
      't1 assistant',
      't1 tool',
      't2 user',
    ]);
    expect(hub.data.leaseOf({ agentId, conversationId: id })).toMatchObject({ turnId: 't2' });
    sample.answer('ok');
    await next.all();
    expect(await returns()).toMatchObject([{ tool_return: 'result of 1' }, { tool_return: 'result of 2' }]);
  });

  test('RUN-22 closes them as cancelled when the next message brings none', async () => {
    const [bash] = (await openTurn()) as [string];
    await send(`${path}/cancel`, {}, laptop('t1'));
    const next = await post([userMessage('from staging')], host('env-2', 't2'));
    const sample = await hub.model.sample(1);
    expectWhole(sample.input.messages);
    sample.answer('ok');
    await next.all();
    expect(await returns()).toMatchObject([
      { tool_call_id: bash, status: 'error', tool_return: 'Cancelled by the user.', outcome: 'cancelled' },
      { outcome: 'cancelled' },
    ]);
  });

  test('RUN-22 the results of a cancelled turn may also come alone, but only from its own host and with a new turn', async () => {
    const calls = await openTurn();
    await send(`${path}/cancel`, {}, laptop('t1'));
    const foreign = await send(`${path}/messages`, { messages: [result(calls)] }, host('env-2', 't2'));
    expect(foreign).toMatchObject({ status: 409, error: 'not_the_holder' });
    const old = await send(`${path}/messages`, { messages: [result(calls)] }, laptop('t1'));
    expect(old).toMatchObject({ status: 409, error: 'turn_cancelled' });
    const own = await post([result(calls)], laptop('t2'));
    (await hub.model.sample(1)).answer('ok');
    expect((await own.all()).at(-2)).toMatchObject({ stop_reason: 'end_turn' });
  });

  test('of one run leaves another alone, of an unknown run is refused, of nothing is no error', async () => {
    const cancel = (run_ids?: string[]) =>
      send(`/v1/agents/${agentId}/messages/cancel`, run_ids ? { run_ids } : {});
    hub.model.auto = (sample) => sample.answer('ok');
    const [first] = await (await post([userMessage('a')], {})).all();
    hub.model.auto = null;
    const second = await post([userMessage('b')], {});
    const sample = await hub.model.sample(1);
    sample.say({ type: 'sample.text', text: 'x' });
    const { run_id } = await second.until(({ content }) => content === 'x');
    expect(await cancel([String(first?.run_id)])).toEqual({
      status: 200,
      [String(first?.run_id)]: 'completed',
    });
    expect(sample.signal.aborted).toBe(false);
    expect(await cancel(['run-none'])).toMatchObject({ status: 404 });
    expect(await cancel()).toEqual({ status: 200, [String(run_id)]: 'cancelled' });
    expect(await cancel()).toEqual({ status: 200 });
    expect(await send(`${path}/cancel`, {})).toEqual({ status: 200 });
  });

  test('lets whoever waits go on', async () => {
    await openTurn();
    const waiting = await post([userMessage('mine')], host('env-2', 't2'));
    await waiting.until(({ message_type }) => message_type === 'waiting');
    await send(`${path}/cancel`, {}, laptop('t1'));
    (await hub.model.sample(1)).answer('yours');
    await waiting.until(({ content }) => content === 'yours');
  });
});

describe('a release', () => {
  test('RUN-21 closes the open calls as unknown, frees the turn, and later results are a note', async () => {
    const calls = await openTurn();
    const waiting = await post([userMessage('mine')], host('env-2', 't2'));
    await waiting.until(({ message_type }) => message_type === 'waiting');
    expect(await send(`${path}/release`, {})).toEqual({
      status: 200,
      released: true,
      turn_id: 't1',
      environment: 'env-1',
      closed_tool_call_ids: calls,
    });
    const sample = await hub.model.sample(1);
    expectWhole(sample.input.messages);
    sample.answer('yours');
    await waiting.all();
    expect(await returns()).toMatchObject([{ outcome: 'unknown' }, { outcome: 'unknown' }]);
    expect(toldResults()[0]).toMatchObject({ outcome: 'unknown' });
    const late = await send(`${path}/messages`, { messages: [result(calls, 't1:2')] }, laptop('t1'));
    expect(late).toMatchObject({ status: 409, error: 'not_the_holder', noted: true });
    expect(await send(`${path}/release`, {})).toMatchObject({ released: false });
  });

  test('RUN-21 of a holder that is online needs to be forced', async () => {
    await openTurn();
    hub.fence.online.add('env-1');
    expect(await send(`${path}/release`, {})).toMatchObject({
      status: 409,
      error: 'holder_is_online',
      message: expect.stringContaining('laptop'),
    });
    expect(await send(`${path}/release?force=true`, {})).toMatchObject({ released: true });
  });

  test('RUN-21 stops a model that is still answering', async () => {
    const stream = await post([userMessage('go')], laptop('t1'));
    const sample = await hub.model.sample(0);
    const released = await hub.data.releaseTurn({ agentId, conversationId: id }, owner);
    expect(released).toMatchObject({ released: true, turnId: 't1', closedCalls: [] });
    expect(sample.signal.aborted).toBe(true);
    expect((await stream.all()).at(-1)).toMatchObject({ stop_reason: 'cancelled' });
  });
});
