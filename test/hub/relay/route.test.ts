import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { accept, FakeHost } from './fake-host.ts';
import { ForeignHost } from './foreign-host.ts';
import { runtime, TestClient } from './test-client.ts';
import { startTestHub, type TestHub } from './test-hub.ts';

let hub: TestHub;
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(() => hub.close());

const connect = (environment = 'laptop', options = {}) => TestClient.open(hub, environment, options);
const tokenOf = async (person: string, right: string): Promise<string> => {
  const body = JSON.stringify({ person, right });
  const response = await hub.fetch('/v1/tokens', { method: 'POST', body });
  return ((await response.json()) as { token: string }).token;
};
const answerApproval = { kind: 'approval_response', request_id: 'perm-1', decision: { behavior: 'allow' } };

describe('commands and their answers', () => {
  test('HUB-19 two clients with the same request_id each get their own answer, and only that', async () => {
    const reply = (frame: Parameters<typeof accept>[0]) => ({ ...accept(frame), echo: frame.item_id });
    await new FakeHost(hub, { reply }).connect();
    const [one, two] = [await connect(), await connect()];
    const ask = (client: TestClient, item: string) =>
      client.ask({ type: 'remove_queue_item', runtime: runtime(), item_id: item }, 'same');
    const [first, second] = await Promise.all([ask(one, 'q-1'), ask(two, 'q-2')]);
    expect(first).toMatchObject({ type: 'remove_queue_item_response', request_id: 'same', echo: 'q-1' });
    expect(second).toMatchObject({ request_id: 'same', echo: 'q-2' });
    await one.ask({ type: 'sync', runtime: runtime() });
    expect(one.frames.all.filter(({ request_id }) => request_id === 'same')).toHaveLength(1);
  });

  test('HUB-19 an answer in several frames arrives whole', async () => {
    const host = await new FakeHost(hub, { reply: () => null }).connect();
    const client = await connect();
    client.send({ type: 'execute_command', command_id: 'x', request_id: 'r', runtime: runtime() });
    const { request_id } = await host.frames.next('execute_command');
    for (const done of [false, false, true])
      host.send({ type: 'execute_command_response', request_id, success: true, done });
    const parts = await client.frames.count('execute_command_response', 3);
    expect(parts.map(({ request_id }) => request_id)).toEqual(['r', 'r', 'r']);
  });

  test('HUB-20 the sender is stamped on what he sends, whatever he claims, and a client_message_id where he gave none', async () => {
    const host = await new FakeHost(hub).connect();
    const client = await connect('laptop', { token: await tokenOf('Ada', 'machine') });
    const claimed = { ...runtime(), acting_user_id: 'somebody else' };
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'user', content: 'b', otid: 'o-b' },
      { role: 'user', content: 'c', client_message_id: 'c-c', otid: 'o-c' },
    ];
    await client.ask({ type: 'input', runtime: claimed, payload: { kind: 'create_message', messages } });
    await client.ask({ type: 'input', runtime: claimed, payload: answerApproval });
    await client.ask({ type: 'change_device_state', runtime: claimed, payload: { mode: 'strict' } });
    await client.ask({ type: 'abort_message', runtime: claimed });
    for (const frame of host.frames.all)
      expect(frame.runtime).toEqual({ ...runtime(), acting_user_id: 'Ada' });
    const sent = host.frames.of('input')[0]?.payload as { messages: { client_message_id: string }[] };
    expect(sent.messages.map((message) => message.client_message_id)).toEqual([
      expect.stringMatching(/^cm-./),
      'o-b',
      'c-c',
    ]);
  });

  test('HUB-20 so is who begins a runtime: that may choose a mode', async () => {
    const host = await new FakeHost(hub).connect();
    const client = await connect('laptop', { token: await tokenOf('Ada', 'machine') });
    client.send({ type: 'runtime_start', request_id: 'r', mode: 'strict', acting_user_id: 'Eve' });
    expect(await host.frames.next('runtime_start')).toMatchObject({ mode: 'strict', acting_user_id: 'Ada' });
  });

  test('HUB-21 an abort without a turn means the turn that the hub last heard of', async () => {
    const host = await new FakeHost(hub).connect();
    const client = await connect();
    const abort = async (fields = {}) => {
      host.frames.clear();
      await client.ask({ type: 'abort_message', runtime: runtime(), ...fields });
      return host.frames.next('abort_message');
    };
    expect(await abort()).not.toHaveProperty('turn_id');
    host.send({
      type: 'update_loop_status',
      runtime: runtime(),
      loop_status: { status: 'X', turn_id: 'turn-1' },
    });
    await vi.waitFor(async () => expect(await abort()).toMatchObject({ turn_id: 'turn-1' }));
    hub.data.lease = { turnId: 'turn-2', environment: host.environmentId, generation: 1 };
    expect(await abort()).toMatchObject({ turn_id: 'turn-2' });
    expect(await abort({ turn_id: 'turn-3' })).toMatchObject({ turn_id: 'turn-3' });
    hub.data.lease = { turnId: 'turn-4', environment: 'env-other', generation: 1 };
    expect(await abort()).toMatchObject({ turn_id: 'turn-1' });
  });

  test('HUB-21 the turn of a program without a host is ended by the hub', async () => {
    const host = await new FakeHost(hub).connect();
    const client = await connect();
    hub.data.lease = { turnId: 'turn-p', environment: null, generation: null };
    const answer = await client.ask({ type: 'abort_message', runtime: runtime() });
    expect(answer).toMatchObject({ type: 'abort_message_response', aborted: true, success: true });
    expect(hub.data.cancelled).toEqual([{ agentId: 'agent-1', conversationId: 'conv-1' }]);
    expect(host.frames.of('abort_message')).toEqual([]);
  });

  test('D15 any client may answer an approval, also one that came after it was shown', async () => {
    const host = await new FakeHost(hub).connect();
    const first = await connect();
    await first.resume();
    const request = { subtype: 'can_use_tool', tool_name: 'Bash', tool_call_id: '1' };
    host.send({ type: 'control_request', request_id: 'perm-1', runtime: runtime(), request });
    expect(await first.frames.next('control_request')).toMatchObject({ request_id: 'perm-1', request });
    await first.close();
    const second = await connect('laptop', { token: await tokenOf('Bob', 'answer') });
    const answer = await second.ask({ type: 'input', runtime: runtime(), payload: answerApproval });
    expect(answer).toMatchObject({ type: 'input_accepted', accepted: true });
    expect(await host.frames.next('input')).toMatchObject({
      payload: answerApproval,
      runtime: { acting_user_id: 'Bob' },
    });
  });

  test('D20 the frames of one socket are handled strictly in order, also when one must wait for the disk', async () => {
    const host = await new FakeHost(hub).connect();
    const away = await new FakeHost(hub, { name: 'away', deviceId: 'd2' }).connect();
    await away.cut();
    const client = await connect('away');
    const order: string[] = [];
    const input = (id: string) => ({
      type: 'input',
      request_id: id,
      runtime: runtime(),
      payload: { kind: 'create_message', messages: [{ role: 'user', content: id, client_message_id: id }] },
    });
    for (let i = 0; i < 10; i += 1) {
      client.send(input(`i${i}`));
      client.send({ type: 'sync', request_id: `s${i}`, runtime: runtime() });
      order.push(`i${i}`, `s${i}`);
    }
    await client.frames.answer('s9');
    const answered = client.frames.all.flatMap(({ request_id }) => (request_id ? [request_id] : []));
    expect(answered).toEqual(order);
    expect(host.frames.all).toEqual([]);
  });
});

describe('what cannot be carried out', () => {
  test('HUB-22 D26 while the host is away every command that cannot wait is refused with the time it went', async () => {
    const host = await new FakeHost(hub).connect();
    await host.cut();
    const client = await connect();
    const since = /environment offline since 20\d\d-/;
    const refused = (frame: object) => client.ask({ runtime: runtime(), ...frame });
    expect(await refused({ type: 'abort_message' })).toMatchObject({
      ...{ type: 'abort_message_response', aborted: false, success: false },
      error: expect.stringMatching(since),
    });
    expect(await refused({ type: 'resume_queue' })).toMatchObject({
      ...{ type: 'resume_queue_response', resumed: 0, success: false },
      error: expect.stringMatching(since),
    });
    expect(await refused({ type: 'remove_queue_item', item_id: 'q-1' })).toMatchObject({
      ...{ type: 'remove_queue_item_response', item_id: 'q-1', success: false },
      error: expect.stringMatching(since),
    });
    const rest = ['change_device_state', 'execute_command', 'runtime_start', 'app_server_info', 'sync'];
    for (const type of rest) {
      const answer = await refused({ type, payload: { mode: 'strict' }, command_id: 'c' });
      expect(answer).toMatchObject({
        type: `${type}_response`,
        success: false,
        error: expect.stringMatching(since),
      });
    }
  });

  test('HUB-22 a sync while the host is away shows what it last said, marked with its time', async () => {
    const host = await new FakeHost(hub).connect();
    host.send({ type: 'update_device_status', runtime: runtime(), device_status: { is_online: true } });
    host.send({
      type: 'update_loop_status',
      runtime: runtime(),
      loop_status: { status: 'WAITING_ON_INPUT' },
    });
    host.send({ type: 'update_queue', runtime: runtime(), queue: [{ id: 'q-1' }], removed: [] });
    await host.cut();
    const client = await connect('laptop', { isForeign: true });
    await client.ask({ type: 'sync', runtime: runtime() });
    expect(client.frames.of('update_device_status')[0]).toMatchObject({
      device_status: { is_online: false, as_of: expect.stringMatching(/^20/) },
    });
    expect(client.frames.of('update_loop_status')).toHaveLength(1);
    expect(client.frames.of('update_queue')[0]).toMatchObject({ queue: [{ id: 'q-1' }] });
  });

  test('HUB-23 a command that the host has not answered when it goes is refused, and may have been carried out', async () => {
    const host = await new FakeHost(hub, { reply: () => null }).connect();
    const client = await connect();
    client.send({ type: 'resume_queue', request_id: 'r', runtime: runtime() });
    client.send({ type: 'sync', runtime: runtime() });
    await host.frames.next('sync');
    await host.cut();
    expect(await client.frames.answer('r')).toMatchObject({
      success: false,
      error: expect.stringMatching(/offline since .* may have carried this out/),
    });
  });

  test("HUB-23 a late answer to what was refused is nobody else's answer", async () => {
    const host = await new FakeHost(hub, { reply: () => null }).connect();
    const client = await connect();
    client.send({ type: 'resume_queue', request_id: 'r', runtime: runtime() });
    const { request_id } = await host.frames.next('resume_queue');
    await host.cut();
    await client.frames.answer('r');
    host.send({ type: 'resume_queue_response', request_id, runtime: runtime(), resumed: 3, success: true });
    await host.connect();
    host.delta('conv-1', 'x');
    await client.resume();
    await vi.waitFor(() => expect(client.frames.of('snapshot')).toHaveLength(1));
    expect(client.frames.all.filter((frame) => frame.resumed === 3)).toEqual([]);
  });

  test('HUB-24 D26 a host that is silent for 60 s is answered for', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      await hub.restart();
      const host = await new FakeHost(hub, { reply: () => null }).connect();
      const client = await connect();
      client.send({ type: 'resume_queue', request_id: 'r', runtime: runtime() });
      await host.frames.next('resume_queue');
      hub.clock.ahead = 60_000;
      vi.advanceTimersByTime(10_000);
      expect(await client.frames.answer('r')).toMatchObject({
        type: 'resume_queue_response',
        success: false,
        error: expect.stringContaining('has not answered'),
      });
    } finally {
      vi.useRealTimers();
    }
  });

  test('HUB-25 D26 an unknown type gets an answer of its kind, and without a request_id a notice', async () => {
    await new FakeHost(hub).connect();
    const client = await connect();
    expect(await client.ask({ type: 'launch_rocket' })).toEqual({
      ...{ type: 'launch_rocket_response', request_id: 'r1', success: false, seq: 1 },
      error: 'not supported: "launch_rocket"',
      code: 'unknown_frame',
    });
    client.send({ type: 'launch_rocket' });
    expect(await client.frames.next('error')).toMatchObject({ code: 'unknown_frame' });
    expect(await client.ask({ type: 'link_open', epoch: 'x', received: 1 })).toMatchObject({
      success: false,
    });
    expect(await client.ask({ type: 'input', runtime: runtime(), payload: { kind: 'tea' } })).toMatchObject({
      type: 'input_accepted',
      accepted: false,
    });
  });
});

describe('a foreign host', () => {
  test('HUB-26 gets frames that we do not know as they are, and its answers come back', async () => {
    const reply = (frame: Parameters<typeof accept>[0]) => ({ ...accept(frame), entries: [1] });
    const host = await new ForeignHost(hub, { reply }).connect();
    const client = await connect('letta', { isForeign: true });
    const answer = await client.ask({ type: 'list_memory', agent_id: 'agent-1', include_references: true });
    expect(answer).toMatchObject({ type: 'list_memory_response', success: true, entries: [1] });
    expect(host.frames.of('list_memory')[0]).toMatchObject({ include_references: true });
  });

  test('HUB-26 D26 what it carries out without a word is answered by the hub', async () => {
    const host = await new ForeignHost(hub).connect();
    const client = await connect('letta', { isForeign: true });
    const frame = { type: 'change_device_state', runtime: runtime(), payload: { mode: 'strict' } };
    expect(await client.ask(frame)).toMatchObject({ type: 'change_device_state_response', success: true });
    await host.frames.next('change_device_state');
    const answer = await client.withdraw('c1');
    expect(answer).toMatchObject({ type: 'withdraw_input_response', success: false });
    expect(host.frames.of('withdraw_input')).toEqual([]);
  });

  test("an answer of a client to a host's own question passes under the host's id", async () => {
    const host = await new ForeignHost(hub).connect();
    const client = await connect('letta', { isForeign: true });
    client.send({
      type: 'external_tool_call_response',
      request_id: 'external-tool-1',
      result: { content: [] },
    });
    expect(await host.frames.next('external_tool_call_response')).toMatchObject({
      request_id: 'external-tool-1',
    });
  });
});
