import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MAX_SUBSCRIPTIONS } from '../../../src/hub/relay/client-socket.ts';
import { FakeHost } from './fake-host.ts';
import { runtime, TestClient } from './test-client.ts';
import { startTestHub, type TestHub } from './test-hub.ts';

let hub: TestHub;
let host: FakeHost;
beforeEach(async () => {
  hub = await startTestHub();
  host = await new FakeHost(hub).connect();
});
afterEach(() => hub.close());

const texts = (count: number, from = 1) => Array.from({ length: count }, (_, i) => `t${from + i}`);
const tell = (count: number, from = 1) => {
  for (const text of texts(count, from)) host.delta('conv-1', text);
};
const cursorOf = (client: TestClient): string =>
  String(client.frames.all.filter(({ cursor }) => typeof cursor === 'string').at(-1)?.cursor);
const numbers = (client: TestClient, key: 'seq' | 'event_seq') =>
  client.frames.all.flatMap((frame) => (typeof frame[key] === 'number' ? [frame[key] as number] : []));
const countUp = (to: number) => Array.from({ length: to }, (_, i) => i + 1);

/** A client that follows `conv-1` from now on. */
async function follow(): Promise<TestClient> {
  const client = await TestClient.open(hub, host.environmentId);
  await client.resume();
  await client.frames.next('snapshot');
  return client;
}

describe('resuming', () => {
  test('HUB-10 a client that comes back gets exactly what it missed, then what is new', async () => {
    const client = await follow();
    tell(3);
    await client.frames.count('stream_delta', 3);
    const cursor = cursorOf(client);
    await client.close();
    tell(4, 4);
    const again = await TestClient.open(hub, host.environmentId);
    expect(await again.resume('conv-1', cursor)).toMatchObject({ result: 'ok', cursor });
    tell(2, 8);
    await again.frames.count('stream_delta', 6);
    expect(again.texts()).toEqual(texts(6, 4));
    expect(again.frames.of('snapshot')).toEqual([]);
    expect(await again.frames.next('environment_status')).toMatchObject({
      environment: { status: 'online' },
    });
  });

  test('HUB-11 a cursor that the hub does not know gets a gap and a snapshot', async () => {
    const client = await follow();
    tell(1);
    await client.frames.count('stream_delta', 1);
    const cursor = cursorOf(client);
    for (const strange of [null, 'nonsense', 'elsewhere.3', cursor.replace(/\.\d+$/, '.999')]) {
      const other = await TestClient.open(hub, host.environmentId);
      expect(await other.resume('conv-1', strange)).toMatchObject({ result: 'gap', cursor });
      expect(await other.frames.next('snapshot')).toMatchObject({ cursor });
    }
    const elsewhere = await TestClient.open(hub, host.environmentId);
    expect(await elsewhere.resume('conv-2', cursor)).toMatchObject({ result: 'gap' });
  });

  test('HUB-11 the snapshot has transcript, open run, open turn, queue, states, environment and what is held', async () => {
    hub.data.messages = [{ id: 'm1', date: '', message_type: 'user_message', otid: 'c1', content: 'hi' }];
    hub.data.openRun = [{ id: 'm2', date: '', message_type: 'assistant_message', content: 'he', seq_id: 1 }];
    const say = (frame: object) => host.send({ ...frame, runtime: runtime() });
    const item = {
      id: 'q-1',
      client_message_id: 'c2',
      kind: 'message',
      source: 'user',
      content: 'next',
      enqueued_at: '',
    };
    const request = { subtype: 'can_use_tool', tool_name: 'Bash', tool_call_id: 'call-2' };
    const approval = { request_id: 'perm-call-2', request };
    say({ type: 'update_queue', queue: [item], removed: [] });
    say({ type: 'update_loop_status', loop_status: { status: 'WAITING_ON_APPROVAL', active_run_ids: [] } });
    say({
      type: 'update_device_status',
      device_status: { is_online: true, pending_control_requests: [approval] },
    });
    const delta = (fields: object) => say({ type: 'stream_delta', delta: { id: 'x', date: '', ...fields } });
    delta({ message_type: 'user_message', otid: 'c1', content: 'hi' });
    delta({ message_type: 'user_message', otid: 'c3', content: 'merged' });
    delta({ message_type: 'client_tool_start', tool_call_id: 'call-1', tool_name: 'Bash' });
    delta({ message_type: 'tool_return_message', tool_call_id: 'call-1', tool_return: 'half' });
    delta({ message_type: 'tool_return_message', tool_call_id: 'call-1', tool_return: 'half done' });
    const client = await follow();
    const snapshot = await client.frames.next('snapshot');
    expect(snapshot).toMatchObject({
      messages: hub.data.messages,
      open_run: hub.data.openRun,
      queue: [item],
      loop_status: { status: 'WAITING_ON_APPROVAL' },
      device_status: { is_online: true, pending_control_requests: [approval] },
      environment: { id: host.environmentId, name: 'laptop', status: 'online' },
      held: [],
    });
    expect(snapshot).not.toHaveProperty('as_of');
    expect(snapshot.open_turn).toEqual([
      expect.objectContaining({ message_type: 'client_tool_start' }),
      expect.objectContaining({ tool_return: 'half done' }),
    ]);
    delta({ message_type: 'stop_reason', stop_reason: 'end_turn' });
    say({ type: 'turn_finished', turn_id: 't', stop_reason: 'end_turn' });
    const later = await follow();
    expect(await later.frames.next('snapshot')).not.toHaveProperty('open_turn');
  });

  test('G-20 what a host still tells of a run that died with the hub is not passed on', async () => {
    const client = await follow();
    await client.frames.next('snapshot');
    const said = (run_id: string, content: string) =>
      host.send({
        type: 'stream_delta',
        runtime: runtime(),
        delta: { id: 'm', date: '', message_type: 'assistant_message', run_id, seq_id: 1, content },
      });
    said('lost-1', 'dead');
    said('run-2', 'living');
    expect(await client.frames.next('stream_delta')).toMatchObject({ delta: { content: 'living' } });
  });

  test('HUB-12 D22 what happens before the first client is in the stream, and its states in the snapshot', async () => {
    const first = await follow();
    const cursor = cursorOf(first);
    await first.close();
    tell(5);
    host.send({ type: 'turn_finished', runtime: runtime(), turn_id: 't1', stop_reason: 'end_turn' });
    const client = await TestClient.open(hub, host.environmentId);
    expect(await client.resume('conv-1', cursor)).toMatchObject({ result: 'ok' });
    await client.frames.next('turn_finished');
    expect(client.texts()).toEqual(texts(5));
  });

  test('HUB-11 a conversation that is not there is refused by name', async () => {
    const client = await TestClient.open(hub, host.environmentId);
    const answer = await client.resume('missing-1');
    expect(answer).toMatchObject({
      type: 'error',
      code: 'not_found',
      message: expect.stringContaining('missing-1'),
    });
  });

  test('HUB-11 after a restart of the hub old cursors get a gap, and the last known states marked with their time', async () => {
    host.send({ type: 'update_device_status', runtime: runtime(), device_status: { is_online: true } });
    host.send({ type: 'update_queue', runtime: runtime(), queue: [{ id: 'q-1' }], removed: [] });
    const client = await follow();
    const cursor = cursorOf(client);
    await hub.restart();
    await vi.waitFor(() => expect(client.closed?.code).toBe(1001));
    const again = await TestClient.open(hub, host.environmentId);
    expect(await again.resume('conv-1', cursor)).toMatchObject({ result: 'gap' });
    const snapshot = await again.frames.next('snapshot');
    expect(snapshot).toMatchObject({
      environment: { status: 'offline' },
      queue: [{ id: 'q-1' }],
      device_status: { is_online: false, as_of: expect.stringMatching(/^20/) },
      as_of: expect.stringMatching(/^20/),
    });
    expect(await host.connect()).toMatchObject({ resumed: false });
    expect(await again.frames.next('environment_status')).toMatchObject({
      environment: { status: 'online' },
    });
  });
});

describe('numbers', () => {
  test('HUB-13 every frame has a seq and every event an event_seq, each counted per socket without a gap', async () => {
    const early = await follow();
    tell(3);
    await early.frames.count('stream_delta', 3);
    const late = await follow();
    await early.ask({ type: 'sync', runtime: runtime() });
    tell(2, 4);
    await early.frames.count('stream_delta', 5);
    await late.frames.count('stream_delta', 2);
    for (const client of [early, late]) {
      expect(numbers(client, 'seq')).toEqual(countUp(client.frames.all.length));
      expect(numbers(client, 'event_seq')).toEqual(countUp(client.frames.of('stream_delta').length));
    }
    const keys = (client: TestClient) =>
      client.frames.of('stream_delta').map((frame) => frame.idempotency_key);
    expect(keys(late)).toEqual(keys(early).slice(3));
    expect(new Set(keys(early)).size).toBe(5);
  });

  test('HUB-13 what a host put into those fields is not passed on', async () => {
    const client = await follow();
    const fields = {
      n: 7,
      event_seq: 99,
      seq: 98,
      idempotency_key: 'mine',
      cursor: 'mine',
      emitted_at: '2026-01-01',
    };
    host.send({ type: 'stream_delta', runtime: runtime(), delta: {}, ...fields });
    const frame = await client.frames.next('stream_delta');
    expect(frame).toMatchObject({ event_seq: 1, seq: 3, emitted_at: '2026-01-01' });
    expect(frame).not.toHaveProperty('n');
    expect(frame.cursor).toBe(frame.idempotency_key);
    expect(frame.cursor).not.toBe('mine');
  });

  test('HUB-14 D27 on two channels no order of arrival looks like a gap', async () => {
    const query = { agentId: 'agent-1', conversationId: 'conv-1' };
    const open = (channel: string) =>
      TestClient.open(hub, host.environmentId, { isForeign: true, query: { ...query, channel } });
    const control = await open('control');
    host.send({ type: 'update_queue', runtime: runtime(), queue: [], removed: [] });
    await control.frames.next('update_queue');
    const stream = await open('stream');
    for (let i = 0; i < 5; i += 1) {
      host.delta('conv-1', `a${i}`);
      host.delta('conv-1', `b${i}`);
      host.send({ type: 'update_loop_status', runtime: runtime(), loop_status: { status: 'X' } });
    }
    await control.frames.count('update_loop_status', 5);
    await stream.frames.count('update_loop_status', 5);
    // Letta's client: no deltas from control, no event twice, a gap is a step of more than one.
    const gaps = (order: ('control' | 'stream')[]) => {
      const left = { control: [...control.frames.all], stream: [...stream.frames.all] };
      const seen = new Set<unknown>();
      let last: number | null = null;
      let found = 0;
      for (const channel of order) {
        const frame = left[channel].shift();
        if (!frame || (channel === 'control' && frame.type === 'stream_delta')) continue;
        if (seen.has(frame.idempotency_key)) continue;
        seen.add(frame.idempotency_key);
        const seq = Number(frame.event_seq);
        if (last !== null && seq > last + 1) found += 1;
        last = Math.max(last ?? seq, seq);
      }
      return found;
    };
    const all = (channel: 'control' | 'stream', n: number) => Array<typeof channel>(n).fill(channel);
    const [c, s] = [control.frames.all.length, stream.frames.all.length];
    expect(gaps([...all('control', c), ...all('stream', s)])).toBe(0);
    expect(gaps([...all('control', 3), ...all('stream', s), ...all('control', c)])).toBe(0);
    let dice = 1;
    for (let round = 0; round < 200; round += 1) {
      const order = Array.from({ length: c + s }, () => {
        dice = (dice * 48_271) % 2_147_483_647;
        return dice % 2 === 0 ? ('control' as const) : ('stream' as const);
      });
      expect(gaps(order)).toBe(0);
    }
  });
});

describe('the socket', () => {
  test('HUB-15 stays while the host is away, and hears of its going and coming', async () => {
    const client = await follow();
    await host.cut();
    expect(await client.frames.next('environment_status')).toMatchObject({
      environment: { id: host.environmentId, name: 'laptop', status: 'offline' },
      at: expect.any(Number),
    });
    await host.connect();
    const statuses = await client.frames.count('environment_status', 2);
    expect(statuses[1]).toMatchObject({ environment: { status: 'online' } });
    expect(statuses[1]).not.toHaveProperty('restarted');
    tell(1);
    await client.frames.next('stream_delta');
    expect(client.closed).toBeNull();
  });

  test('HUB-16 a host whose process is new says so, and a gap and a snapshot follow', async () => {
    const client = await follow();
    tell(2);
    await client.frames.count('stream_delta', 2);
    const cursor = cursorOf(client);
    const young = await new FakeHost(hub, { epoch: 'e2' }).connect();
    expect(await client.frames.next('gap')).toMatchObject({ reason: 'host', runtime: runtime() });
    const order = () => client.frames.all.map(({ type }) => type);
    await vi.waitFor(() => expect(order().slice(-2)).toEqual(['gap', 'snapshot']));
    expect(client.frames.of('environment_status').at(-1)).toMatchObject({ restarted: true });
    const other = await TestClient.open(hub, host.environmentId);
    expect(await other.resume('conv-1', cursor)).toMatchObject({ result: 'gap' });
    young.delta('conv-1', 'after');
    await vi.waitFor(() => expect(client.texts().at(-1)).toBe('after'));
  });

  test('HUB-17 a foreign client follows what its URL or any of its frames names', async () => {
    const query = { agentId: 'agent-1', conversationId: 'conv-1' };
    const client = await TestClient.open(hub, host.environmentId, { isForeign: true, query });
    host.delta('conv-1', 'by url');
    await client.frames.next('stream_delta');
    host.delta('conv-2', 'not yet');
    await client.ask({ type: 'sync', runtime: runtime('conv-2') });
    host.delta('conv-2', 'by frame');
    await vi.waitFor(() => expect(client.texts()).toEqual(['by url', 'by frame']));
    const started = await client.ask({ type: 'runtime_start', agent_id: 'agent-1' });
    expect(started.type).toBe('runtime_start_response');
  });

  test('HUB-17 one socket follows 64 conversations, and is told when it asks for more', async () => {
    const client = await TestClient.open(hub, host.environmentId);
    for (let i = 0; i < MAX_SUBSCRIPTIONS; i += 1)
      expect(await client.resume(`conv-${i}`)).toMatchObject({ type: 'resumed' });
    expect(await client.resume('conv-more')).toMatchObject({ type: 'error', code: 'too_fast' });
    expect(await client.resume('conv-0')).toMatchObject({ type: 'resumed' });
  });

  test('HUB-17 a conversation that runtime_start made is followed', async () => {
    await host.cut();
    const made = { type: 'runtime_start_response', success: true, runtime: runtime('conv-new') };
    host = await new FakeHost(hub, {
      name: 'maker',
      deviceId: 'd2',
      reply: ({ request_id }) => ({ ...made, request_id }),
    }).connect();
    const client = await TestClient.open(hub, host.environmentId, { isForeign: true });
    await client.ask({ type: 'runtime_start', agent_id: 'agent-1' });
    host.delta('conv-new', 'hello');
    await vi.waitFor(() => expect(client.texts()).toEqual(['hello']));
  });

  test('HUB-18 what another environment does to the transcript is seen; its queue and status are its own', async () => {
    const staging = await new FakeHost(hub, { name: 'staging', deviceId: 'd2' }).connect();
    const client = await follow();
    const foreign = await TestClient.open(hub, host.environmentId, {
      isForeign: true,
      query: { agentId: 'agent-1', conversationId: 'conv-1' },
    });
    staging.send({ type: 'update_queue', runtime: runtime(), queue: [{ id: 'q-9' }], removed: [] });
    staging.delta('conv-1', 'from staging');
    host.delta('conv-1', 'from laptop');
    await vi.waitFor(() => expect(client.texts()).toEqual(['from staging', 'from laptop']));
    expect(client.frames.of('update_queue')).toEqual([]);
    expect(client.frames.of('stream_delta')[0]).toMatchObject({ environment_id: staging.environmentId });
    await vi.waitFor(() => expect(foreign.texts()).toEqual(['from laptop']));
  });

  test('HUB-18 what a program without a host says is told to all who follow the conversation', async () => {
    const staging = await new FakeHost(hub, { name: 'staging', deviceId: 'd2' }).connect();
    const here = await follow();
    const there = await TestClient.open(hub, staging.environmentId);
    await there.resume();
    const delta = { id: 'm', date: '', message_type: 'assistant_message' as const, content: 'by program' };
    const scope = { agentId: 'agent-1', conversationId: 'conv-1' };
    hub.data.feed.publish(scope, { type: 'stream_delta', runtime: runtime(), delta });
    for (const client of [here, there])
      await vi.waitFor(() => expect(client.texts()).toEqual(['by program']));
  });

  test('frames of a host that belong to no conversation go to all, those of the machine only to who may use it', async () => {
    const reader = await hub.fetch('/v1/tokens', {
      method: 'POST',
      body: JSON.stringify({ person: 'Rita', right: 'read' }),
    });
    const { token } = (await reader.json()) as { token: string };
    const mine = await follow();
    const hers = await TestClient.open(hub, host.environmentId, { token });
    host.send({ type: 'terminal_output', terminal_id: 't', data: 'secret' });
    host.send({ type: 'crons_updated', timestamp: 1 });
    await mine.frames.next('terminal_output');
    await hers.frames.next('crons_updated');
    expect(hers.frames.of('terminal_output')).toEqual([]);
  });
});
