import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FLOOD_BURST } from '../../../src/hub/relay/flood.ts';
import { MAX_WAITING_PER_ASKER } from '../../../src/hub/relay/pending.ts';
import { MAX_CLIENT_FRAME_BYTES, MAX_CLIENT_FRAME_CHARS } from '../../../src/protocol/client-frame-size.ts';
import { FakeHost } from './fake-host.ts';
import { runtime, TestClient } from './test-client.ts';
import { startTestHub, type TestHub } from './test-hub.ts';

let hub: TestHub;
let client: TestClient;
beforeEach(async () => {
  hub = await startTestHub();
  await new FakeHost(hub).connect();
  client = await TestClient.open(hub, 'laptop');
});
afterEach(() => hub.close());

/** The socket still works. */
const expectAlive = async () => {
  expect(await client.ask({ type: 'sync', runtime: runtime() })).toMatchObject({ success: true });
  expect(client.closed).toBeNull();
};

describe('whatever a client sends', () => {
  test.each(['', 'no json', '[]', '"text"', 'null', '{}', '{"type":7}', '{"type":"sync"'])(
    'HUB-25 garbage (%j) is answered with a notice and the socket stays',
    async (garbage) => {
      client.send(garbage);
      expect(await client.frames.next('error')).toMatchObject({ code: 'invalid_frame' });
      await expectAlive();
    },
  );

  test('HUB-25 a binary frame too', async () => {
    client.ws.send(Buffer.from([1, 2, 3]));
    expect(await client.frames.next('error')).toMatchObject({ code: 'invalid_frame' });
    await expectAlive();
  });

  test('HUB-25 a frame that is too large is refused under its request_id, and the socket stays', async () => {
    const messages = [{ role: 'user', content: 'x'.repeat(MAX_CLIENT_FRAME_CHARS) }];
    const payload = { kind: 'create_message', messages };
    const answer = await client.ask({ type: 'input', runtime: runtime(), payload });
    expect(answer).toMatchObject({
      type: 'input_accepted',
      accepted: false,
      error: expect.stringContaining(String(MAX_CLIENT_FRAME_CHARS)),
    });
    await expectAlive();
  });

  test('HUB-25 one of long characters is as large as it has characters', async () => {
    const messages = [{ role: 'user', content: 'x'.repeat(1_000_000) + '…'.repeat(7_500_000) }];
    const payload = { kind: 'create_message', messages };
    const answer = await client.ask({ type: 'input', runtime: runtime(), payload });
    expect(answer).toMatchObject({ accepted: false, code: 'frame_too_large' });
    await expectAlive();
  });

  test('HUB-25 one far beyond that closes the socket with 1009', async () => {
    client.send('x'.repeat(MAX_CLIENT_FRAME_BYTES + 1));
    await vi.waitFor(() => expect(client.closed?.code).toBe(1009));
  });

  test('HUB-25 a flood is refused frame by frame, and acknowledgements are none', async () => {
    for (let i = 0; i < 2_000; i += 1) client.send({ type: 'ack', seq: i });
    await expectAlive();
    for (let i = 0; i < FLOOD_BURST + 50; i += 1) client.send({ type: 'ping' });
    expect(await client.ask({ type: 'sync', runtime: runtime() })).toMatchObject({
      type: 'sync_response',
      success: false,
      error: expect.stringContaining('slow down'),
    });
    expect(await client.frames.next('error')).toMatchObject({ code: 'too_fast' });
    hub.clock.ahead = 60_000;
    await expectAlive();
  });

  test('HUB-25 commands beyond those that may wait for an answer are refused', async () => {
    const host = await new FakeHost(hub, { name: 'mute', deviceId: 'd2', reply: () => null }).connect();
    const asking = await TestClient.open(hub, 'mute');
    for (let i = 0; i <= MAX_WAITING_PER_ASKER; i += 1)
      asking.send({ type: 'resume_queue', request_id: `r${i}`, runtime: runtime() });
    expect(await asking.frames.answer(`r${MAX_WAITING_PER_ASKER}`)).toMatchObject({
      type: 'resume_queue_response',
      success: false,
      error: expect.stringContaining('wait for'),
    });
    await host.frames.count('resume_queue', MAX_WAITING_PER_ASKER);
    expect(asking.frames.all).toHaveLength(1);
  });

  test('HUB-25 a resume without a request_id or runtime is refused', async () => {
    client.send({ type: 'resume' });
    expect(await client.frames.next('error')).toMatchObject({ code: 'invalid_frame' });
    await expectAlive();
  });

  test('a ping is answered with pong', async () => {
    client.send({ type: 'ping' });
    expect(await client.frames.next('pong')).toEqual({ type: 'pong' });
  });
});
