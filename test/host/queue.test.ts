import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { FakeHub, Frame } from './fake-hub.ts';
import { fakeHub, startTestHost } from './support/test-host.ts';

let hub: FakeHub;
beforeEach(async () => {
  hub = await fakeHub();
  await startTestHost(hub);
});

const idsOf = (frame: Frame | undefined) =>
  (frame?.queue as { client_message_id: string }[] | undefined)?.map((item) => item.client_message_id);
const queue = () => idsOf(hub.of('update_queue').at(-1));
/** A turn that runs until the test ends it. */
async function running() {
  hub.message('first');
  return hub.run(1);
}
const accepted = (...ids: string[]) => Promise.all(ids.map((id) => hub.reply(`r-${id}`)));

describe('messages during a turn', () => {
  test('D1 HOST-120 five become one turn with five texts in order', async () => {
    const first = await running();
    const ids = ['one', 'two', 'three', 'four', 'five'];
    for (const id of ids) hub.message(id);
    expect((await accepted(...ids)).map((reply) => [reply.accepted, reply.disposition])).toEqual(
      ids.map(() => [true, 'queued']),
    );
    expect(queue()).toEqual(ids);
    first.say('done').stop();
    const next = await hub.run(2);
    expect(next.posted.body.messages).toMatchObject(
      ids.map((id) => ({ role: 'user', content: id, otid: id })),
    );
    next.stop();
    await hub.frame('turn_finished', 2);
    expect(hub.runs).toHaveLength(2);
    expect(hub.of('update_queue').at(-1)).toMatchObject({
      queue: [],
      removed: ids.map((id) => ({ client_message_id: id, disposition: 'dequeued' })),
    });
    expect(hub.deltas('user_message').map(({ content }) => content)).toEqual(['first', ...ids]);
  });

  test('HOST-121 are shown to everybody, each with its id, its text and its sender', async () => {
    await running();
    hub.send('input', {
      payload: {
        kind: 'create_message',
        messages: [{ role: 'user', content: 'two', client_message_id: 'two' }],
      },
      runtime: { agent_id: 'agent-1', conversation_id: 'conv-1', acting_user_id: 'Ada' },
    });
    expect(await hub.frame('update_queue')).toMatchObject({
      queue: [
        {
          id: expect.stringMatching(/^q-\d+$/),
          client_message_id: 'two',
          kind: 'message',
          source: 'user',
          content: 'two',
          acting_user_id: 'Ada',
        },
      ],
      removed: [],
    });
  });

  test('HOST-122 one that is removed never runs', async () => {
    const first = await running();
    for (const id of ['two', 'three']) hub.message(id);
    await accepted('two', 'three');
    const [item] = (await hub.frame('update_queue', 2)).queue as { id: string }[];
    hub.send('remove_queue_item', { request_id: 'r-remove', item_id: item?.id });
    expect(await hub.reply('r-remove')).toMatchObject({
      type: 'remove_queue_item_response',
      success: true,
      item_id: item?.id,
    });
    expect(hub.of('update_queue').at(-1)).toMatchObject({
      removed: [{ client_message_id: 'two', disposition: 'cancelled' }],
    });
    hub.send('withdraw_input', { request_id: 'r-again', client_message_id: 'two' });
    expect(await hub.reply('r-again')).toMatchObject({ status: 'withdrawn', success: true });
    first.stop();
    expect((await hub.run(2)).texts).toEqual(['three']);
  });

  test('HOST-122 one that a turn has taken cannot be removed', async () => {
    await running();
    for (const [type, of] of [
      ['withdraw_input', { client_message_id: 'first' }],
      ['remove_queue_item', { item_id: 'q-1' }],
    ] as const) {
      hub.send(type, { request_id: type, ...of });
      expect(await hub.reply(type)).toMatchObject({ success: false, status: 'already_dequeued' });
    }
  });

  test('HOST-123 one that was withdrawn before it came is refused', async () => {
    hub.send('withdraw_input', { request_id: 'r-withdraw', client_message_id: 'late' });
    expect(await hub.reply('r-withdraw')).toMatchObject({ status: 'withdrawn', success: true });
    hub.message('late');
    expect(await hub.reply('r-late')).toMatchObject({
      accepted: false,
      error: expect.stringContaining('late'),
    });
  });

  test('D7 HOST-124 with other options make a turn of their own, in their place', async () => {
    const first = await running();
    hub.message('two');
    hub.message('three', { client_tool_allowlist: ['Read'] });
    hub.message('four', { client_tool_allowlist: ['Read'] });
    hub.message('five');
    await accepted('two', 'three', 'four', 'five');
    hub.onPost = (run) => run.stop();
    first.stop();
    await hub.frame('turn_finished', 4);
    expect(hub.runs.slice(1).map((run) => run.texts)).toEqual([['two'], ['three', 'four'], ['five']]);
    const tools = hub.runs.map((run) => run.posted.body.client_tools.length);
    expect(tools).toEqual([6, 6, 1, 6]);
  });

  test('D7 HOST-124 bring all of their messages', async () => {
    const first = await running();
    hub.send('input', {
      request_id: 'r-both',
      payload: {
        kind: 'create_message',
        messages: [
          { role: 'user', content: 'a', client_message_id: 'both' },
          { role: 'user', content: 'b' },
        ],
      },
    });
    await accepted('both');
    first.stop();
    expect((await hub.run(2)).posted.body.messages).toMatchObject([
      { content: 'a', otid: 'both' },
      { content: 'b', otid: 'both:1' },
    ]);
  });

  test('HOST-125 join no turn that runs, also not between its steps', async () => {
    const first = await running();
    hub.message('two');
    await accepted('two');
    first.call('call-1', 'Read', { file_path: 'a.txt' }).askApproval();
    const next = await hub.run(2);
    expect(next.results).toHaveLength(1);
    expect(queue()).toEqual(['two']);
    next.stop();
    expect((await hub.run(3)).texts).toEqual(['two']);
  });
});

describe('the same message again', () => {
  test('D3 HOST-126 is confirmed and runs once, while it waits, while it runs and after its end', async () => {
    const first = await running();
    hub.message('two');
    await accepted('two');
    const again = async (requestId: string) => {
      const messages = [{ role: 'user', content: 'again', client_message_id: 'two' }];
      hub.send('input', { request_id: requestId, payload: { kind: 'create_message', messages } });
      return hub.reply(requestId);
    };
    const told = { accepted: true, disposition: 'queued', client_message_id: 'two' };
    expect(await again('waiting')).toMatchObject(told);
    first.stop();
    const next = await hub.run(2);
    expect(await again('running')).toMatchObject(told);
    next.stop();
    await hub.frame('turn_finished', 2);
    expect(await again('ended')).toMatchObject(told);
    hub.message('three');
    expect((await hub.run(3)).texts).toEqual(['three']);
  });
});

test('HOST-127 two conversations run beside each other, each with a queue of its own', async () => {
  hub.message('a1', {}, 'conv-a');
  hub.message('b1', {}, 'conv-b');
  hub.message('a2', {}, 'conv-a');
  await hub.run(2);
  expect(hub.runs.map((run) => [run.posted.conversation, run.texts])).toEqual([
    ['conv-a', ['a1']],
    ['conv-b', ['b1']],
  ]);
  hub.runs[0]?.stop();
  expect((await hub.run(3)).texts).toEqual(['a2']);
  expect(await hub.frame('turn_finished')).toMatchObject({ runtime: { conversation_id: 'conv-a' } });
});

test('HOST-128 a conversation that another environment holds waits in the queue, and may still be withdrawn', async () => {
  hub.message('one');
  const run = await hub.run(1);
  run.aside({ message_type: 'waiting', environment: 'staging' });
  const parked = await hub.frame('update_queue', 1, (frame) => idsOf(frame)?.length === 1);
  expect(parked.queue).toMatchObject([{ client_message_id: 'one', waiting_for: 'staging' }]);
  hub.send('withdraw_input', { request_id: 'r-withdraw', client_message_id: 'one' });
  expect(await hub.reply('r-withdraw')).toMatchObject({ status: 'withdrawn' });
  expect(queue()).toEqual([]);
  await vi.waitFor(() => expect(run.readers).toBe(0));
});
