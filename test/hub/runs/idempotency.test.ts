import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { host, newConversation, startData, type TestData, userMessage } from '../support/test-data.ts';

let hub: TestData;
let path: string;
let id: string;
beforeEach(async () => {
  hub = await startData();
  ({ path, id } = await newConversation(hub));
});
afterEach(() => hub.close());

const post = (messages: unknown[], headers?: Record<string, string>) =>
  hub.stream(`${path}/messages`, { messages }, headers);
const refusal = async (messages: unknown[], headers?: Record<string, string>) => {
  const response = await hub.request('POST', `${path}/messages`, { messages }, headers);
  const retry = response.headers.get('x-should-retry');
  return { status: response.status, retry, ...((await response.json()) as Record<string, unknown>) };
};
const messages = async () =>
  (await hub.letta.conversations.messages.list(id, { order: 'asc' })).items.map((message) => {
    const { message_type, content } = message as unknown as Record<string, unknown>;
    return [message_type, content];
  });

describe('the same step again', () => {
  test('RUN-9 attaches to its run while that streams, from the first chunk', async () => {
    const first = await post([userMessage('hi', 'o1')]);
    const sample = await hub.model.sample(0);
    sample.say({ type: 'sample.text', text: 'one' });
    await first.until(({ content }) => content === 'one');
    const second = await post([userMessage('hi', 'o1')]);
    await second.until(({ content }) => content === 'one');
    sample.answer('two');
    expect(await second.all()).toEqual(await first.all());
    expect(hub.model.samples.length).toBe(1);
  });

  test('RUN-9 is replayed when it has ended well', async () => {
    hub.model.auto = (sample) => sample.answer('yes');
    const first = await (await post([userMessage('hi', 'o1'), userMessage('there', 'o2')])).all();
    expect(await (await post([userMessage('hi', 'o1'), userMessage('there', 'o2')])).all()).toEqual(first);
    expect(hub.model.samples.length).toBe(1);
    expect(await messages()).toEqual([
      ['user_message', 'hi'],
      ['user_message', 'there'],
      ['assistant_message', 'yes'],
    ]);
  });

  test('RUN-9 sent twenty times at once it is one step', async () => {
    hub.model.auto = (sample) => sample.answer('yes');
    const streams = await Promise.all(Array.from({ length: 20 }, () => post([userMessage('hi', 'o1')])));
    const told = await Promise.all(streams.map((stream) => stream.all()));
    expect(new Set(told.map((chunks) => JSON.stringify(chunks))).size).toBe(1);
    expect(hub.model.samples.length).toBe(1);
    expect((await messages()).length).toBe(2);
  });

  test('RUN-9 a message of a batch sent by itself belongs to the step of the batch', async () => {
    hub.model.auto = (sample) => sample.answer('yes');
    const first = await (await post([userMessage('hi', 'o1'), userMessage('there', 'o2')])).all();
    expect(await (await post([userMessage('there', 'o2')])).all()).toEqual(first);
  });

  test('RUN-9 "client_message_id" stands in for an otid', async () => {
    hub.model.auto = (sample) => sample.answer('yes');
    const named = { role: 'user', content: 'hi', client_message_id: 'c1' };
    const first = await (await post([named])).all();
    expect(await (await post([userMessage('hi', 'c1')])).all()).toEqual(first);
  });

  test('without an otid every POST is a step of its own', async () => {
    hub.model.auto = (sample) => sample.answer('yes');
    await (await post([userMessage('hi')])).all();
    await (await post([userMessage('hi')])).all();
    expect((await messages()).length).toBe(4);
  });

  test('RUN-10 is run again when it failed, over the messages that are there', async () => {
    const first = await post([userMessage('a', 'o1'), userMessage('b', 'o2')], host('env-1', 't1'));
    (await hub.model.sample(0)).fail('overloaded');
    const failed = await first.all();
    const second = await post([userMessage('a', 'o1'), userMessage('b', 'o2')], host('env-1', 't1'));
    const again = await hub.model.sample(1);
    expect(again.input.messages.map(({ turn }) => turn)).toEqual(['t1', 't1']);
    again.answer('yes');
    const told = await second.all();
    expect(told[0]?.run_id).not.toBe(failed[0]?.run_id);
    expect(await messages()).toEqual([
      ['user_message', 'a'],
      ['user_message', 'b'],
      ['assistant_message', 'yes'],
    ]);
    expect(await (await hub.stream(`${path}/stream`, { otid: 'o1' })).all()).toEqual(told);
    const replayed = await (await hub.stream(`/v1/runs/${failed[0]?.run_id}/stream`, {})).all();
    expect(replayed).toEqual(failed);
  });

  test('RUN-11 says that it was cancelled, and nothing runs', async () => {
    const first = await post([userMessage('hi', 'o1')]);
    (await hub.model.sample(0)).say({ type: 'sample.text', text: 'Well' });
    await first.until(({ content }) => content === 'Well');
    await hub.letta.conversations.cancel(id);
    const told = await first.all();
    expect(told.at(-1)).toMatchObject({ stop_reason: 'cancelled' });
    expect(await (await post([userMessage('hi', 'o1')])).all()).toEqual(told);
    expect(hub.model.samples.length).toBe(1);
  });

  test('RUN-12 the same otid with another content is refused by name', async () => {
    hub.model.auto = (sample) => sample.answer('yes');
    await (await post([userMessage('hi', 'o1')])).all();
    expect(await refusal([userMessage('something else', 'o1')])).toMatchObject({
      status: 409,
      error: 'otid_conflict',
      retry: 'false',
      otid: 'o1',
      message: expect.stringContaining('"o1"'),
    });
    expect(await refusal([userMessage('hi', 'o1'), userMessage('new', 'o2')])).toMatchObject({
      status: 409,
      error: 'otid_conflict',
      otid: 'o2',
    });
    expect(await refusal([userMessage('a', 'o3'), userMessage('b', 'o3')])).toMatchObject({ status: 400 });
    expect((await messages()).length).toBe(2);
  });

  test('RUN-12 an otid known from one environment is a duplicate for another, which is named', async () => {
    hub.model.auto = (sample) => sample.answer('yes');
    await (await post([userMessage('hi', 'o1')], host('env-1', 't1'))).all();
    for (const headers of [host('env-2', 't1'), {}])
      expect(await refusal([userMessage('hi', 'o1')], headers)).toMatchObject({
        status: 409,
        error: 'duplicate',
        retry: 'false',
        environment: 'env-1',
        message: expect.stringContaining('laptop'),
      });
    const resumed = await hub.request('POST', `${path}/stream`, { otid: 'o1' }, host('env-2', 't9'));
    expect([resumed.status, ((await resumed.json()) as { error: string }).error]).toEqual([409, 'duplicate']);
    expect(hub.model.samples.length).toBe(1);
  });

  test('otids of one conversation mean nothing in another', async () => {
    hub.model.auto = (sample) => sample.answer('yes');
    await (await post([userMessage('hi', 'o1')])).all();
    const other = await newConversation(hub);
    await (await hub.stream(`${other.path}/messages`, { messages: [userMessage('hello', 'o1')] })).all();
    expect(hub.model.samples.length).toBe(2);
  });
});
