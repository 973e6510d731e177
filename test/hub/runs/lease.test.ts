import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callIdOf } from '../support/sse-reader.ts';
import { host, newConversation, startData, type TestData, userMessage } from '../support/test-data.ts';

let hub: TestData;
let path: string;
let id: string;
let agentId: string;
beforeEach(async () => {
  hub = await startData({ times: { pingMs: 10 } });
  ({ path, id, agentId } = await newConversation(hub));
});
afterEach(() => hub.close());

const laptop = (turn: string) => host('env-1', turn);
const staging = (turn: string) => host('env-2', turn);
const post = (text: string, headers: Record<string, string>, otid?: string) =>
  hub.stream(`${path}/messages`, { messages: [userMessage(text, otid)] }, headers);
const results = (callId: string, otid?: string) => ({
  messages: [
    {
      type: 'approval',
      ...(otid ? { otid } : {}),
      approvals: [{ type: 'tool', tool_call_id: callId, tool_return: 'done', status: 'success' }],
    },
  ],
});
const send = async (where: string, body: unknown, headers: Record<string, string>) => {
  const response = await hub.request('POST', where, body, headers);
  const retry = response.headers.get('x-should-retry');
  return { status: response.status, retry, ...((await response.json()) as Record<string, unknown>) };
};
/** A turn of `laptop` that waits for the result of one call; gives the call's id. */
const openTurn = async (turn = 't1'): Promise<string> => {
  const n = hub.model.samples.length;
  const stream = await post('go', laptop(turn), `otid-${turn}`);
  (await hub.model.sample(n)).call({ name: 'Bash', arguments: '{}' });
  const chunks = await stream.all();
  return callIdOf(chunks[0]);
};
const texts = async () =>
  (await hub.letta.conversations.messages.list(id, { order: 'asc' })).items
    .filter(({ message_type }) => message_type === 'user_message')
    .map((message) => (message as { content: unknown }).content);

describe('one turn at a time', () => {
  test('RUN-15 a message from elsewhere waits on an open stream, with the holder named and pings', async () => {
    const callId = await openTurn();
    const waiting = await post('from staging', staging('t2'));
    expect(await waiting.until(() => true)).toMatchObject({ message_type: 'waiting', environment: 'laptop' });
    await waiting.until((chunk) => chunk.message_type === 'ping' && waiting.chunks.length > 3);
    expect(await texts()).toEqual(['go']);

    await hub.stream(`${path}/messages`, results(callId), laptop('t1'));
    (await hub.model.sample(1)).answer('done');
    const mine = await hub.model.sample(2);
    expect(mine.input.messages.at(-1)).toMatchObject({ turn: 't2', content: 'from staging' });
    mine.answer('hello staging');
    await waiting.until(({ content }) => content === 'hello staging');
    await waiting.all();
    expect(waiting.done()).toBe(true);
    expect(await texts()).toEqual(['go', 'from staging']);
  });

  test('RUN-15 those who wait go in the order they came', async () => {
    const callId = await openTurn();
    const first = await post('first', staging('t2'));
    const second = await post('second', {});
    await second.until(({ message_type }) => message_type === 'ping');
    const third = await post('third', staging('t3'));
    await third.until(({ message_type }) => message_type === 'waiting');
    hub.model.auto = (sample) => sample.answer('ok');
    await hub.stream(`${path}/messages`, results(callId), laptop('t1'));
    await Promise.all([first.all(), second.all(), third.all()]);
    expect(await texts()).toEqual(['go', 'first', 'second', 'third']);
  });

  test('RUN-15 only a host of ours is told whom it waits for', async () => {
    await openTurn();
    const foreign = await post('x', { 'x-letta-environment-device-id': 'unknown-device' });
    await foreign.until(() => foreign.chunks.length > 2);
    expect(new Set(foreign.chunks.map(({ message_type }) => message_type))).toEqual(new Set(['ping']));
    foreign.drop();
  });

  test('RUN-16 a request that is dropped while it waits is withdrawn', async () => {
    const callId = await openTurn();
    const dropped = await post('never', staging('t2'), 'otid-never');
    await dropped.until(({ message_type }) => message_type === 'waiting');
    const kept = await post('kept', staging('t3'));
    await kept.until(({ message_type }) => message_type === 'waiting');
    dropped.drop();
    await dropped.all();
    // The hub hears of it before it answers this.
    await hub.letta.agents.retrieve(agentId);
    hub.model.auto = (sample) => sample.answer('ok');
    await hub.stream(`${path}/messages`, results(callId), laptop('t1'));
    await kept.all();
    expect(await texts()).toEqual(['go', 'kept']);
    expect(await send(`${path}/stream`, { otid: 'otid-never' }, staging('t2'))).toMatchObject({
      status: 404,
    });
  });

  test('RUN-16 also one that wants its answer whole', async () => {
    const callId = await openTurn();
    const abort = new AbortController();
    const dropped = fetch(`${hub.url}${path}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...staging('t2') },
      body: JSON.stringify({ streaming: false, messages: [userMessage('never', 'otid-never')] }),
      signal: abort.signal,
    });
    const kept = await post('kept', staging('t3'));
    await kept.until(({ message_type }) => message_type === 'waiting');
    abort.abort();
    await expect(dropped).rejects.toThrow();
    await hub.letta.agents.retrieve(agentId);
    hub.model.auto = (sample) => sample.answer('ok');
    await hub.stream(`${path}/messages`, results(callId), laptop('t1'));
    await kept.all();
    expect(await texts()).toEqual(['go', 'kept']);
  });

  test('RUN-17 whoever waited too long is told which run is in the way', async () => {
    await hub.close();
    hub = await startData({ times: { waitMs: 30 } });
    ({ path, id } = await newConversation(hub));
    const callId = await openTurn();
    const waiting = await post('from staging', staging('t2'));
    const chunks = await waiting.all();
    expect(chunks.slice(1)).toMatchObject([
      {
        message_type: 'error_message',
        error_type: 'conversation_busy',
        status: 409,
        message: expect.stringMatching(/is currently being processed.* run_id=run-/),
      },
      { message_type: 'stop_reason', stop_reason: 'error' },
    ]);
    expect(waiting.done()).toBe(true);
    const whole = await send(
      `${path}/messages`,
      { streaming: false, messages: [userMessage('x')] },
      staging('t4'),
    );
    expect(whole).toMatchObject({ status: 409, error: 'conversation_busy' });
    expect(await texts()).toEqual(['go']);
    expect(callId).toMatch(/^call-/);
  });

  test('RUN-18 results, resumes and cancels come from the holder only', async () => {
    const callId = await openTurn();
    const [run] = (await hub.letta.runs.list({ conversation_id: id })).items;
    const refused = { status: 409, error: 'not_the_holder', retry: 'false' };
    expect(await send(`${path}/messages`, results(callId), staging('t1'))).toMatchObject(refused);
    expect(await send(`${path}/messages`, results(callId), {})).toMatchObject(refused);
    expect(await send(`${path}/cancel`, {}, staging('t1'))).toMatchObject({
      ...refused,
      message: expect.stringContaining('laptop'),
    });
    expect(await send(`${path}/cancel`, {}, {})).toMatchObject(refused);
    expect(await send(`/v1/runs/${run?.id}/stream`, {}, staging('t1'))).toMatchObject(refused);
    expect(
      await send(`/v1/agents/${agentId}/messages/cancel`, { run_ids: [run?.id] }, staging('t1')),
    ).toMatchObject(refused);
    expect((await hub.letta.conversations.retrieve(id)) as object).toMatchObject({ turn: { turn_id: 't1' } });
  });

  test('RUN-18 a generation that is over may do nothing; the newer one goes on with the turn', async () => {
    const callId = await openTurn();
    hub.fence.current = 3;
    const fenced = { status: 409, error: 'not_the_holder', retry: 'false', fenced: true };
    expect(await send(`${path}/messages`, results(callId), laptop('t1'))).toMatchObject(fenced);
    expect(await send(`${path}/messages`, { messages: [userMessage('x')] }, laptop('t9'))).toMatchObject(
      fenced,
    );
    expect(await send(`${path}/stream`, { otid: 'otid-t1' }, laptop('t1'))).toMatchObject(fenced);
    expect(await send(`${path}/cancel`, {}, laptop('t1'))).toMatchObject(fenced);
    const next = await hub.stream(`${path}/messages`, results(callId), host('env-1', 't1', 3));
    (await hub.model.sample(1)).answer('done');
    await next.all();
  });

  test('an environment that the hub does not know is told to register, a bad header what is wrong', async () => {
    const unknown = await send(`${path}/messages`, { messages: [userMessage('x')] }, host('env-1', 't1', 9));
    expect(unknown).toMatchObject({ status: 409, error: 'unknown_environment' });
    const bad = await send(
      `${path}/messages`,
      { messages: [userMessage('x')] },
      { 'x-signalbox-environment': 'env-1' },
    );
    expect(bad).toMatchObject({
      status: 400,
      error: 'invalid_header',
      message: expect.stringContaining('env-1'),
    });
  });

  test('the lease names turn, environment and generation, and is gone with the turn', async () => {
    const callId = await openTurn();
    const scope = { agentId, conversationId: id };
    expect(hub.data.leaseOf(scope)).toEqual({ turnId: 't1', environment: 'env-1', generation: 2 });
    const next = await hub.stream(`${path}/messages`, results(callId), laptop('t1'));
    (await hub.model.sample(1)).answer('done');
    await next.all();
    expect(hub.data.leaseOf(scope)).toBeNull();
  });

  test('RUN-27 a step that failed waits when the turn is taken, and its turn then stands behind the other', async () => {
    const callId = await openTurn();
    const step = await hub.stream(`${path}/messages`, results(callId, 't1:2'), laptop('t1'));
    (await hub.model.sample(1)).fail('overloaded');
    await step.all();
    const other = await post('in between', staging('t2'));
    const between = await hub.model.sample(2);
    const again = await hub.stream(`${path}/messages`, results(callId, 't1:2'), laptop('t1'));
    expect(await again.until(() => true)).toMatchObject({ message_type: 'waiting', environment: 'staging' });
    between.answer('done with staging');
    await other.all();
    const retried = await hub.model.sample(3);
    expect(retried.input.messages.map(({ role, turn }) => `${turn} ${role}`)).toEqual([
      't2 user',
      't2 assistant',
      't1 user',
      't1 assistant',
      't1 tool',
    ]);
    retried.answer('done');
    await again.all();
    const kinds = (await hub.letta.conversations.messages.list(id, { order: 'asc' })).items;
    expect(kinds.map(({ message_type }) => message_type)).toEqual([
      'user_message',
      'assistant_message',
      'user_message',
      'approval_request_message',
      'tool_return_message',
      'assistant_message',
    ]);
  });
});

describe('hosts of Letta', () => {
  const device = (name: string) => ({ 'x-letta-environment-device-id': name });

  test('RUN-24 are known by their device, and hold the turn like any other', async () => {
    const stream = await post('go', device('d1'), 'c1');
    (await hub.model.sample(0)).call({ name: 'Bash', arguments: '{}' });
    const [chunk] = await stream.all();
    const callId = callIdOf(chunk);
    expect(hub.data.leaseOf({ agentId, conversationId: id })).toMatchObject({ environment: 'env-1' });
    expect(hub.published.map(({ environment }) => environment)).toEqual(['env-1']);
    expect(await send(`${path}/messages`, results(callId), staging('t2'))).toMatchObject({ status: 409 });
    const next = await hub.stream(`${path}/messages`, results(callId), device('d1'));
    (await hub.model.sample(1)).answer('done');
    await next.all();
    expect(hub.data.leaseOf({ agentId, conversationId: id })).toBeNull();
  });

  test('RUN-24 where two share a device, the message that the hub passed on tells which one it is', async () => {
    hub.fence.passed = { c1: 'env-2' };
    const stream = await post('go', device('shared'), 'c1');
    (await hub.model.sample(0)).call({ name: 'Bash', arguments: '{}' });
    const [chunk] = await stream.all();
    const callId = callIdOf(chunk);
    expect(hub.data.leaseOf({ agentId, conversationId: id })).toMatchObject({ environment: 'env-2' });
    // Results travel under an otid that the hub never saw; the turn that they belong to tells.
    const next = await hub.stream(`${path}/messages`, results(callId, 'a-uuid'), device('shared'));
    (await hub.model.sample(1)).call({ name: 'Bash', arguments: '{}' });
    await next.all();
    expect(hub.data.leaseOf({ agentId, conversationId: id })).toMatchObject({ environment: 'env-2' });
    const cancelled = await send(`${path}/cancel`, {}, device('shared'));
    expect(Object.values(cancelled)).toContain('cancelled');
  });
});
