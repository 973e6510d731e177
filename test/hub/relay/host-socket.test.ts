import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { HostSocket } from '../../../src/hub/relay/host-socket.ts';
import { ACK_EVERY_FRAMES } from '../../../src/protocol/link.ts';
import { FakeHost } from './fake-host.ts';
import { ForeignHost } from './foreign-host.ts';
import type { Frame } from './frames.ts';
import { runtime, TestClient } from './test-client.ts';
import { OWNER, startTestHub, type TestHub } from './test-hub.ts';

let hub: TestHub;
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(() => hub.close());

const texts = (count: number, from = 1) => Array.from({ length: count }, (_, i) => `t${from + i}`);
async function follow(environment = 'laptop', isForeign = false): Promise<TestClient> {
  const query = { agentId: 'agent-1', conversationId: 'conv-1' };
  const client = await TestClient.open(hub, environment, isForeign ? { isForeign, query } : {});
  if (!isForeign) {
    await client.resume();
    await client.frames.next('snapshot');
  }
  return client;
}

/** A bare socket in the place of a host, and what the hub says to it. */
async function bareHost(host: FakeHost) {
  const ws = new WebSocket(host.registration.wsUrl, { headers: { authorization: `Bearer ${OWNER}` } });
  const said: Frame[] = [];
  const closed: number[] = [];
  ws.on('message', (data) => said.push(JSON.parse(String(data)) as Frame));
  ws.on('close', (code) => closed.push(code));
  await once(ws, 'open');
  return { ws, said, closed, send: (frame: object) => ws.send(JSON.stringify(frame)) };
}

describe('the link of a host of ours', () => {
  test('LINK-1 D2 nothing that is said while the link is down is lost or doubled, for a client that stays', async () => {
    const host = await new FakeHost(hub).connect();
    const client = await follow();
    let said = 0;
    const say = (count: number) => {
      for (let i = 0; i < count; i += 1) {
        said += 1;
        host.delta('conv-1', `t${said}`);
      }
    };
    for (let round = 0; round < 5; round += 1) {
      say(40);
      // Cut at once: some of it is on its way, some is not.
      await host.cut();
      say(10);
      await host.connect();
      expect(host.resumed).toBe(true);
      say(5);
    }
    await client.frames.count('stream_delta', said);
    expect(client.texts()).toEqual(texts(said));
    expect(client.frames.of('gap')).toEqual([]);
  });

  test('LINK-1 a frame that comes twice counts once', async () => {
    const host = await new FakeHost(hub).connect();
    const client = await follow();
    host.delta('conv-1', 't1');
    for (const text of host.sender.after(0)) host.sendRaw(text);
    host.delta('conv-1', 't2');
    await client.frames.count('stream_delta', 2);
    await client.ask({ type: 'sync', runtime: runtime() });
    expect(client.texts()).toEqual(['t1', 't2']);
  });

  test('LINK-2 the hub acknowledges after 64 frames, or after a moment', async () => {
    const host = await new FakeHost(hub).connect();
    for (let i = 0; i < ACK_EVERY_FRAMES; i += 1) host.delta('conv-1', 'x');
    await vi.waitFor(() => expect(host.sender.unacknowledgedBytes).toBe(0));
    host.delta('conv-1', 'y');
    expect(host.sender.unacknowledgedBytes).toBeGreaterThan(0);
    await vi.waitFor(() => expect(host.sender.unacknowledgedBytes).toBe(0));
  });

  test('LINK-3 the hub says what it has, and that it knows nothing of a process or of its own former life', async () => {
    const host = await new FakeHost(hub).connect();
    expect(host.resumed).toBe(false);
    host.delta('conv-1', 'x');
    await vi.waitFor(() => expect(host.sender.unacknowledgedBytes).toBe(0));
    await host.cut();
    await host.connect();
    expect(host.resumed).toBe(true);
    await hub.restart();
    await host.connect();
    expect(host.resumed).toBe(false);
    const young = await new FakeHost(hub, { epoch: 'e2' }).connect();
    expect(young.resumed).toBe(false);
  });

  test('LINK-3 a hub in a new life numbers on, so that a host that remembers the old numbers hears it', async () => {
    const host = await new FakeHost(hub).connect();
    const before = await TestClient.open(hub, 'laptop');
    for (let i = 0; i < 5; i += 1) await before.ask({ type: 'sync', runtime: runtime() });
    await hub.restart();
    await host.connect();
    const after = await TestClient.open(hub, 'laptop');
    expect(await after.ask({ type: 'sync', runtime: runtime() })).toMatchObject({ success: true });
  });

  test('LINK-4 live output that the host gave up for room is a gap for its followers, and a snapshot follows', async () => {
    const host = await new FakeHost(hub).connect();
    const client = await follow();
    host.send({ type: 'link_gap', runtime: runtime() });
    host.delta('conv-1', 'after');
    await client.frames.next('stream_delta');
    const types = client.frames.all.map(({ type }) => type);
    expect(types.slice(-3)).toEqual(['gap', 'snapshot', 'stream_delta']);
    expect(client.frames.of('gap')).toMatchObject([{ reason: 'room', runtime: runtime() }]);
  });

  test('LINK-5 a link_open with another epoch than was registered ends the socket', async () => {
    const host = new FakeHost(hub);
    await host.register();
    const bare = await bareHost(host);
    bare.send({ type: 'link_open', epoch: 'another', received: 0 });
    await vi.waitFor(() => expect(bare.closed).toEqual([1002]));
  });

  test('LINK-5 before link_open nothing of the host counts, and inputs for it are held', async () => {
    const host = new FakeHost(hub);
    await host.register();
    const bare = await bareHost(host);
    bare.send({ type: 'stream_delta', runtime: runtime(), delta: {} });
    const client = await follow();
    expect(await client.say('one')).toMatchObject({ accepted: true, held: { environment: 'laptop' } });
    expect(client.frames.of('stream_delta')).toEqual([]);
    bare.send({ type: 'link_open', epoch: 'e1', received: 0 });
    await vi.waitFor(() => expect(bare.said.map(({ type }) => type)).toEqual(['link_open', 'input']));
  });
});

describe('any host', () => {
  test('PRES-5 its pings are answered', async () => {
    const host = new FakeHost(hub);
    await host.register();
    const bare = await bareHost(host);
    bare.send({ type: 'ping' });
    await vi.waitFor(() => expect(bare.said).toEqual([{ type: 'pong' }]));
  });

  test('PRES-1 clients are told when a host falls silent, is heard again after all, and is given up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const host = await new FakeHost(hub).connect();
      const client = await follow();
      const statuses = () =>
        client.frames
          .of('environment_status')
          .map(({ environment }) => (environment as { status: string }).status);
      hub.clock.ahead = 90_000;
      vi.advanceTimersByTime(90_000);
      // Its socket answers the question by itself.
      await vi.waitFor(() => expect(statuses()).toEqual(['stale', 'online']));
      host.socket.pause();
      hub.clock.ahead = 200_000;
      vi.advanceTimersByTime(90_000);
      await vi.waitFor(() => expect(statuses()).toEqual(['stale', 'online', 'stale']));
      vi.advanceTimersByTime(30_000);
      await vi.waitFor(() => expect(statuses()).toEqual(['stale', 'online', 'stale', 'offline']));
      host.socket.resume();
      await vi.waitFor(() => expect(host.closed?.code).toBe(1006));
    } finally {
      vi.useRealTimers();
    }
  });

  test('PRES-6 garbage from a host is logged, not answered, and hurts nobody', async () => {
    const host = await new FakeHost(hub).connect();
    const client = await follow();
    for (const garbage of ['', 'no json', '[]', '{"n":1}', '{"type":"link_ack"}']) host.sendRaw(garbage);
    host.send({ type: 'stream_delta', runtime: { conversation_id: 7 }, delta: {} });
    host.delta('conv-1', 'fine');
    await client.frames.count('stream_delta', 2);
    expect(client.texts()).toContain('fine');
    expect(hub.log.filter(({ verb }) => verb === 'frame_rejected').length).toBeGreaterThanOrEqual(4);
  });

  test('PRES-7 of two sockets of one process the later counts, and the earlier is dropped without a word', async () => {
    const host = await new FakeHost(hub).connect();
    const earlier = host.socket;
    const codes: number[] = [];
    earlier.on('close', (code) => codes.push(code));
    await host.connect();
    await vi.waitFor(() => expect(codes).toEqual([1006]));
    expect(host.closed).toBeNull();
    expect(host.resumed).toBe(true);
  });
});

describe('a foreign host', () => {
  test('LINK-6 needs no link: what it says arrives, what it is asked it answers', async () => {
    const host = await new ForeignHost(hub).connect();
    const client = await follow('letta');
    host.send({ type: 'stream_delta', runtime: runtime(), delta: { content: 'hi' }, event_seq: 5 });
    await client.frames.next('stream_delta');
    expect(await client.say('hello')).toMatchObject({ accepted: true });
  });

  test('LINK-6 after it was away its followers are told of the gap, each in its own way', async () => {
    const host = await new ForeignHost(hub).connect();
    const ours = await follow('letta');
    const theirs = await follow('letta', true);
    host.cut();
    await ours.frames.next('environment_status');
    await host.connect();
    await ours.frames.next('gap');
    await ours.frames.count('snapshot', 2);
    const warning = await theirs.frames.next('stream_delta');
    expect(warning).toMatchObject({ event_seq: 1, delta: { message_type: 'status', level: 'warning' } });
    expect(theirs.closed).toBeNull();
    host.send({ type: 'stream_delta', runtime: runtime(), delta: { content: 'on' } });
    expect((await theirs.frames.count('stream_delta', 2))[1]).toMatchObject({ event_seq: 2 });
  });
});

test('PRES-8 a host that does not read is dropped, before what waits for it fills the hub', () => {
  const ws = Object.assign(new EventEmitter(), { send: vi.fn(), terminate: vi.fn(), bufferedAmount: 0 });
  const connection = { id: 'conn-1', environmentId: 'env-1', generation: 1, epoch: null };
  const socket = new HostSocket('s', connection, ws as unknown as WebSocket, { link: null });
  ws.bufferedAmount = 16 * 1024 * 1024;
  socket.send({ type: 'sync' });
  expect(ws.terminate).not.toHaveBeenCalled();
  ws.bufferedAmount += 1;
  socket.send({ type: 'sync' });
  expect(ws.terminate).toHaveBeenCalledTimes(1);
});
