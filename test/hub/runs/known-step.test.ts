import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callIdOf } from '../support/sse-reader.ts';
import { newConversation, startData, type TestData } from '../support/test-data.ts';

let hub: TestData;
let path: string;
let id: string;
beforeEach(async () => {
  hub = await startData();
  ({ path, id } = await newConversation(hub));
});
afterEach(() => hub.close());

/** A Letta host, which gives what it posts again another `otid` each time. */
const DEVICE = { 'x-letta-environment-device-id': 'd1' };
let tries = 0;
const fresh = () => {
  tries += 1;
  return `otid-${tries}`;
};
const post = (message: object, otid = fresh()) =>
  hub.stream(`${path}/messages`, { messages: [{ ...message, otid }] }, DEVICE);
const said = { role: 'user', content: 'hi', client_message_id: 'c1' };
const resultsOf = (callId: string, tool_return = 'done') => ({
  type: 'approval',
  approvals: [{ type: 'tool', tool_call_id: callId, tool_return, status: 'success' }],
});
const kinds = async () =>
  (await hub.letta.conversations.messages.list(id, { order: 'asc' })).items.map(
    ({ message_type }) => message_type,
  );

describe('what a Letta host posts again under another otid', () => {
  test('RUN-32 a message is run again when its step failed, and is in the transcript once', async () => {
    const first = await post(said, 'c1');
    (await hub.model.sample(0)).fail('overloaded');
    await first.all();
    for (const n of [1, 2]) {
      const again = await post(said);
      (await hub.model.sample(n)).fail('overloaded');
      await again.all();
    }
    const last = await post(said);
    const sample = await hub.model.sample(3);
    expect(sample.input.messages).toHaveLength(1);
    sample.answer('yes');
    await last.all();
    expect(await kinds()).toEqual(['user_message', 'assistant_message']);
  });

  test('RUN-32 a message attaches to its run while that streams, and is replayed afterwards', async () => {
    const first = await post(said, 'c1');
    const sample = await hub.model.sample(0);
    sample.say({ type: 'sample.text', text: 'one' });
    await first.until(({ content }) => content === 'one');
    const second = await post(said, 'second-otid');
    await second.until(({ content }) => content === 'one');
    sample.answer('two');
    const told = await first.all();
    expect(await second.all()).toEqual(told);
    expect(await (await post(said)).all()).toEqual(told);
    expect(await (await hub.stream(`${path}/stream`, { otid: 'second-otid' }, DEVICE)).all()).toEqual(told);
    expect(hub.model.samples.length).toBe(1);
    expect(await kinds()).toEqual(['user_message', 'assistant_message']);
  });

  test('RUN-32 a message has its own name in the transcript also when its first try came to nothing', async () => {
    hub.model.auto = (sample) => sample.answer('yes');
    const told = await (await post(said, 'second-try')).all();
    const [message] = (await hub.letta.conversations.messages.list(id, { order: 'asc' })).items;
    expect(message).toMatchObject({ message_type: 'user_message', otid: 'c1' });
    for (const otid of ['second-try', 'c1'])
      expect(await (await hub.stream(`${path}/stream`, { otid }, DEVICE)).all()).toEqual(told);
  });

  test('RUN-32 results are those that are there: the step runs again over them when it failed', async () => {
    const asked = await post(said, 'c1');
    (await hub.model.sample(0)).call({ name: 'Bash', arguments: '{}' });
    const callId = callIdOf((await asked.all())[0]);
    const failed = await post(resultsOf(callId));
    (await hub.model.sample(1)).fail('overloaded');
    await failed.all();
    const again = await post(resultsOf(callId));
    (await hub.model.sample(2)).answer('yes');
    expect((await again.all()).map(({ content }) => content)).toContain('yes');
    expect(await kinds()).toEqual([
      'user_message',
      'approval_request_message',
      'tool_return_message',
      'assistant_message',
    ]);
  });

  test('RUN-32 other results of a call that is closed are a note, as from anybody', async () => {
    const asked = await post(said, 'c1');
    (await hub.model.sample(0)).call({ name: 'Bash', arguments: '{}' });
    const callId = callIdOf((await asked.all())[0]);
    const done = await post(resultsOf(callId));
    (await hub.model.sample(1)).answer('yes');
    await done.all();
    const body = { messages: [{ ...resultsOf(callId, 'something else'), otid: fresh() }] };
    expect((await hub.request('POST', `${path}/messages`, body, DEVICE)).status).toBe(409);
    expect((await kinds()).at(-1)).toBe('event_message');
  });

  test('RUN-32 another message under a name that is taken is refused by name', async () => {
    hub.model.auto = (sample) => sample.answer('yes');
    await (await post(said, 'c1')).all();
    const body = { messages: [{ ...said, content: 'something else', otid: fresh() }] };
    const refused = await hub.request('POST', `${path}/messages`, body, DEVICE);
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { error: 'otid_conflict', otid: 'c1' },
    ]);
  });
});
