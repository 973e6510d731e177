import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RING_EVENTS } from '../../../src/hub/relay/ring.ts';
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

const block = 'x'.repeat(16 * 1024);
/** More than the buffers of the sockets, the hub's bound and the ring hold together. */
const FLOOD = 1_500;

/** Says so many blocks, a delta each, and waits until the hub has them all. */
async function pour(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    host.delta('conv-1', `${i} ${block}`);
    if (i % 64 === 63)
      await vi.waitFor(() => expect(host.sender.unacknowledgedBytes).toBe(0), { interval: 5 });
  }
  await vi.waitFor(() => expect(host.sender.unacknowledgedBytes).toBe(0));
}

/** A client that follows and then does not read any more. */
async function sleeper(isForeign = false): Promise<TestClient> {
  const query = { agentId: 'agent-1', conversationId: 'conv-1' };
  const client = await TestClient.open(hub, 'laptop', isForeign ? { isForeign, query } : {});
  if (!isForeign) {
    await client.resume();
    await client.frames.next('snapshot');
  }
  client.ws.pause();
  return client;
}

describe('a client that does not read', () => {
  test('HUB-27 costs the hub no more than its ring: when it reads again it gets a gap and a snapshot, then what is new', async () => {
    const slow = await sleeper();
    const quick = await TestClient.open(hub, 'laptop');
    await quick.resume();
    await pour(FLOOD);
    await quick.frames.count('stream_delta', FLOOD);
    slow.ws.resume();
    expect(await slow.frames.next('gap')).toMatchObject({ reason: 'slow' });
    await slow.frames.count('snapshot', 2);
    host.delta('conv-1', 'fresh');
    await vi.waitFor(() => expect(slow.texts().at(-1)).toBe('fresh'));
    const numbers = slow.frames.all.map(({ seq }) => seq);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i + 1));
    const events = slow.frames.of('stream_delta').map(({ event_seq }) => event_seq);
    expect(events).toEqual(Array.from({ length: events.length }, (_, i) => i + 1));
  });

  test('HUB-27 a foreign one is closed with 1013', async () => {
    const slow = await sleeper(true);
    await pour(FLOOD);
    slow.ws.resume();
    await vi.waitFor(() => expect(slow.closed?.code).toBe(1013), { timeout: 10_000 });
  });

  test('HUB-27 one that only paused for a moment misses nothing', async () => {
    const slow = await sleeper();
    await pour(60);
    slow.ws.resume();
    await slow.frames.count('stream_delta', 60);
    expect(slow.frames.of('gap')).toEqual([]);
  });

  test('HUB-27 one that is gone without a word is noticed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      await hub.restart();
      await host.connect();
      const slow = await sleeper();
      await pour(FLOOD);
      vi.advanceTimersByTime(30_000);
      vi.advanceTimersByTime(30_000);
      slow.ws.resume();
      await vi.waitFor(() => expect(slow.closed?.code).toBe(1006));
    } finally {
      vi.useRealTimers();
    }
  });
});

test('HUB-10 what was missed is sent as fast as the client takes it, also when it is the whole ring', async () => {
  const first = await TestClient.open(hub, 'laptop');
  await first.resume();
  host.delta('conv-1', 'mark');
  const { cursor } = await first.frames.next('stream_delta');
  await first.close();
  for (let i = 0; i < RING_EVENTS; i += 1) host.delta('conv-1', `t${i}`);
  await vi.waitFor(() => expect(host.sender.unacknowledgedBytes).toBe(0));
  const again = await TestClient.open(hub, 'laptop');
  expect(await again.resume('conv-1', String(cursor))).toMatchObject({ result: 'ok' });
  await again.frames.count('stream_delta', RING_EVENTS);
  expect(again.texts()).toEqual(Array.from({ length: RING_EVENTS }, (_, i) => `t${i}`));
  host.delta('conv-1', 'one too many');
  await again.frames.count('stream_delta', RING_EVENTS + 1);
  const late = await TestClient.open(hub, 'laptop');
  expect(await late.resume('conv-1', String(cursor))).toMatchObject({ result: 'gap' });
});

test('HUB-11 a snapshot that cannot be read closes the socket, so that the client asks again', async () => {
  hub.data.snapshot = () => Promise.reject(new Error('disk'));
  const client = await TestClient.open(hub, 'laptop');
  client.send({ type: 'resume', request_id: 'r', runtime: runtime() });
  await vi.waitFor(() => expect(client.closed?.code).toBe(1011));
  expect(hub.log).toContainEqual({ verb: 'failed', json: { what: 'snapshot', error: 'disk' } });
});

test('HUB-11 events of the time in which a snapshot is made come after it', async () => {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  hub.data.snapshot = async () => {
    await gate;
    return { messages: [], openRun: [] };
  };
  const client = await TestClient.open(hub, 'laptop');
  client.send({ type: 'resume', request_id: 'r', runtime: runtime() });
  await client.frames.answer('r');
  for (const text of ['a', 'b', 'c']) host.delta('conv-1', text);
  await vi.waitFor(() => expect(host.sender.unacknowledgedBytes).toBe(0));
  expect(client.texts()).toEqual([]);
  release();
  await client.frames.count('stream_delta', 3);
  expect(client.frames.all.map(({ type }) => type)).toEqual([
    ...['resumed', 'snapshot', 'stream_delta', 'stream_delta', 'stream_delta'],
  ]);
});
