import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BAG_BYTES, BAG_ITEMS } from '../../../src/hub/relay/bag.ts';
import { accept, FakeHost } from './fake-host.ts';
import { ForeignHost } from './foreign-host.ts';
import type { Frame } from './frames.ts';
import { passMinute } from './pass-minute.ts';
import { runtime, TestClient } from './test-client.ts';
import { startTestHub, type TestHub } from './test-hub.ts';

let hub: TestHub;
let client: TestClient;
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(() => hub.close());

const held = async (environment = 'laptop') =>
  ((await (await hub.fetch(`/v1/environments/${environment}`)).json()) as { held: number }).held;
const nothingHeld = () => vi.waitFor(async () => expect(await held()).toBe(0));
const inputs = (host: { frames: FakeHost['frames'] }): string[] =>
  host.frames.of('input').map(({ payload }) => {
    const { messages } = payload as { messages?: { content: string }[] };
    return messages?.[0]?.content ?? 'answer';
  });

/** A host that was there and went, and a client that follows `conv-1`. */
async function absentHost(): Promise<FakeHost> {
  const host = await new FakeHost(hub).connect();
  client = await TestClient.open(hub, 'laptop');
  await client.resume();
  await client.frames.next('snapshot');
  await host.cut();
  return host;
}

describe('inputs for an absent host', () => {
  test('BAG-1 are accepted and held, and handed over in order when it is back', async () => {
    const host = await absentHost();
    const until = Date.now() + 7 * 24 * 60 * 60 * 1000;
    for (const text of ['one', 'two', 'three']) {
      const answer = await client.say(text);
      expect(answer).toMatchObject({
        ...{ type: 'input_accepted', accepted: true, disposition: 'queued', client_message_id: text },
        held: { environment: 'laptop', until: expect.any(String) },
      });
      const end = Date.parse((answer.held as { until: string }).until);
      expect(Math.abs(end - until)).toBeLessThan(60_000);
    }
    expect(await held()).toBe(3);
    await host.connect();
    await host.frames.count('input', 3);
    expect(inputs(host)).toEqual(['one', 'two', 'three']);
    await nothingHeld();
  });

  test('BAG-1 are on disk before the sender is told: another life of the hub hands them over', async () => {
    const host = await absentHost();
    await client.say('kept');
    await hub.restart();
    expect(await held()).toBe(1);
    await host.connect();
    await host.frames.next('input');
    expect(inputs(host)).toEqual(['kept']);
    await nothingHeld();
  });

  test('BAG-2 how each ends is seen by all who follow, and what is held is in the snapshot', async () => {
    const host = await absentHost();
    await client.say('one');
    const item = { kind: 'input', id: 'one', content: 'one', acting_user_id: 'owner' };
    expect(await client.frames.next('input_held')).toMatchObject({ environment: host.environmentId, item });
    const other = await TestClient.open(hub, 'laptop');
    await other.resume();
    expect(await other.frames.next('snapshot')).toMatchObject({ held: [item] });
    await host.connect();
    for (const one of [client, other])
      expect(await one.frames.next('input_handed_over')).toMatchObject({ kind: 'input', id: 'one' });
  });

  test('BAG-3 while one waits for a conversation later ones go in behind, also when the host is back', async () => {
    let answerAll = false;
    const waiting: Frame[] = [];
    const reply = (frame: Frame) => {
      if (answerAll) return accept(frame);
      waiting.push(frame);
      return null;
    };
    const host = await new FakeHost(hub, { reply }).connect();
    await host.cut();
    client = await TestClient.open(hub, 'laptop');
    await client.say('first');
    await host.connect();
    await host.frames.next('input');
    const second = await client.say('second');
    expect(second).toMatchObject({ accepted: true, held: { environment: 'laptop' } });
    client.send({
      ...{ type: 'input', request_id: 'free', runtime: runtime('conv-2') },
      payload: { kind: 'create_message', messages: [{ role: 'user', content: 'elsewhere' }] },
    });
    await host.frames.count('input', 2);
    expect(inputs(host)).toEqual(['first', 'elsewhere']);
    answerAll = true;
    for (const frame of waiting) host.send(accept(frame));
    await host.frames.count('input', 3);
    expect(inputs(host)).toEqual(['first', 'elsewhere', 'second']);
    expect(await client.frames.answer('free')).toMatchObject({ accepted: true });
    await nothingHeld();
    expect(await client.say('third')).not.toHaveProperty('held');
  });

  test('BAG-4 beyond 200 an input is refused by name, and those held are all handed over', async () => {
    const host = await absentHost();
    for (let i = 0; i < BAG_ITEMS; i += 1)
      expect(await client.say(`m${i}`)).toMatchObject({ accepted: true });
    expect(await client.say('too many')).toMatchObject({
      accepted: false,
      error: expect.stringContaining('200 inputs'),
    });
    await host.connect();
    await host.frames.count('input', BAG_ITEMS);
    expect(inputs(host)).toEqual(Array.from({ length: BAG_ITEMS }, (_, i) => `m${i}`));
  });

  test('BAG-4 beyond 8 MiB too', async () => {
    await absentHost();
    const half = 'x'.repeat(BAG_BYTES / 2 - 1_000);
    const send = (id: string) =>
      client.ask({
        ...{ type: 'input', runtime: runtime() },
        payload: {
          kind: 'create_message',
          messages: [{ role: 'user', content: half, client_message_id: id }],
        },
      });
    expect(await send('a')).toMatchObject({ accepted: true });
    expect(await send('b')).toMatchObject({ accepted: true });
    expect(await send('c')).toMatchObject({ accepted: false, error: expect.stringContaining('8 MiB') });
  });

  test('BAG-5 the same input again is the one that is held', async () => {
    const host = await absentHost();
    const first = await client.say('once');
    const again = await client.say('once');
    expect(again).toMatchObject({ accepted: true, held: first.held });
    expect(await held()).toBe(1);
    await host.connect();
    await nothingHeld();
    expect(inputs(host)).toEqual(['once']);
  });

  test('BAG-6 an input is handed over for 7 days or as long as its sender says, then it has expired', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      await hub.restart();
      const host = await absentHost();
      const short = await client.say('short', 'conv-1', { expires_in_ms: 60_000 });
      await client.say('long');
      expect(Date.parse((short.held as { until: string }).until)).toBeLessThan(Date.now() + 61_000);
      hub.clock.ahead = 61_000;
      await passMinute(client);
      expect(await client.frames.next('input_expired')).toMatchObject({ kind: 'input', id: 'short' });
      hub.clock.ahead = 120_000;
      await host.connect();
      await nothingHeld();
      expect(inputs(host)).toEqual(['long']);
    } finally {
      vi.useRealTimers();
    }
  });

  test('BAG-6 an expired input is not handed over to a host that comes back before anybody looked', async () => {
    const host = await absentHost();
    await client.say('short', 'conv-1', { expires_in_ms: 1_000 });
    hub.clock.ahead = 2_000;
    await host.connect();
    await client.ask({ type: 'sync', runtime: runtime() });
    expect(inputs(host)).toEqual([]);
  });

  test('BAG-12 one for a conversation that is not there is refused', async () => {
    await absentHost();
    expect(await client.say('x', 'missing-1')).toMatchObject({
      accepted: false,
      error: expect.stringContaining('missing-1'),
    });
    expect(await held()).toBe(0);
  });
});

describe('a link that breaks', () => {
  test('BAG-7 D1 an input that the host did not answer is held by the hub, and handed over again', async () => {
    let mute = true;
    const reply = (frame: Frame) => (mute ? null : accept(frame));
    const host = await new FakeHost(hub, { reply }).connect();
    client = await TestClient.open(hub, 'laptop');
    const said = [client.say('one'), client.say('two')];
    await host.frames.count('input', 2);
    await host.cut();
    for (const answer of await Promise.all(said))
      expect(answer).toMatchObject({
        accepted: true,
        disposition: 'queued',
        held: { environment: 'laptop' },
      });
    host.frames.clear();
    mute = false;
    await host.connect();
    await host.frames.count('input', 2);
    expect(inputs(host)).toEqual(['one', 'two']);
    await nothingHeld();
  });

  test('BAG-7 also when the process behind it is a new one, and when the host is foreign', async () => {
    const old = await new FakeHost(hub, { reply: () => null }).connect();
    client = await TestClient.open(hub, 'laptop');
    const said = client.say('one');
    await old.frames.next('input');
    const young = await new FakeHost(hub, { epoch: 'e2' }).connect();
    await young.frames.next('input');
    expect(await said).toMatchObject({ accepted: true, held: { environment: 'laptop' } });
    const letta = await new ForeignHost(hub, { reply: () => null }).connect();
    const other = await TestClient.open(hub, 'letta', { isForeign: true });
    const toLetta = other.say('two');
    await letta.frames.next('input');
    letta.cut();
    expect(await toLetta).toMatchObject({ accepted: true, held: { environment: 'letta' } });
    letta.frames.clear();
    await letta.connect();
    await letta.frames.next('input');
    expect(inputs(letta)).toEqual(['two']);
  });

  test('BAG-7 an input that is lost again on its way is handed over again', async () => {
    let mute = true;
    const host = await new FakeHost(hub, { reply: (frame) => (mute ? null : accept(frame)) }).connect();
    await host.cut();
    client = await TestClient.open(hub, 'laptop');
    await client.say('one');
    for (let round = 0; round < 3; round += 1) {
      host.frames.clear();
      await host.connect();
      await host.frames.next('input');
      await host.cut();
    }
    mute = false;
    await host.connect();
    await nothingHeld();
    expect(inputs(host)).toEqual(['one', 'one']);
  });
});

describe('what else is held', () => {
  test('BAG-8 answers to approvals and aborts that name a turn, and they do not wait behind inputs', async () => {
    const answers: Frame[] = [];
    const reply = (frame: Frame) => {
      const isInput = frame.type === 'input' && (frame.payload as { kind: string }).kind === 'create_message';
      if (isInput) answers.push(frame);
      return isInput ? null : accept(frame);
    };
    const host = await new FakeHost(hub, { reply }).connect();
    await host.cut();
    client = await TestClient.open(hub, 'laptop');
    await client.say('first');
    const payload = { kind: 'approval_response', request_id: 'perm-1', decision: { behavior: 'allow' } };
    const place = { environment: 'laptop', until: expect.any(String) };
    expect(await client.ask({ type: 'input', runtime: runtime(), payload })).toMatchObject({
      ...{ type: 'input_accepted', accepted: true, held: place },
    });
    expect(await client.ask({ type: 'abort_message', runtime: runtime(), turn_id: 't-1' })).toMatchObject({
      ...{ type: 'abort_message_response', aborted: false, success: true, held: place },
    });
    expect(await held()).toBe(3);
    await host.connect();
    await host.frames.next('abort_message');
    await host.frames.count('input', 2);
    expect(inputs(host)).toEqual(['first', 'answer']);
    await vi.waitFor(async () => expect(await held()).toBe(1));
    for (const frame of answers) host.send(accept(frame));
    await nothingHeld();
  });

  test('BAG-8 an abort is held under the turn that the hub last heard of', async () => {
    const host = await absentHost();
    hub.data.lease = { turnId: 't-9', environment: host.environmentId, generation: 1 };
    expect(await client.ask({ type: 'abort_message', runtime: runtime() })).toMatchObject({ success: true });
    await host.connect();
    expect(await host.frames.next('abort_message')).toMatchObject({ turn_id: 't-9' });
  });
});

describe('a host that refuses', () => {
  test('BAG-9 for want of room is asked again when its queue has moved, and nothing is dropped', async () => {
    let room = false;
    const reply = (frame: Frame) =>
      room ? accept(frame) : { ...accept(frame), accepted: false, error: 'full', code: 'queue_full' };
    const host = await new FakeHost(hub, { reply }).connect();
    await host.cut();
    client = await TestClient.open(hub, 'laptop');
    await client.say('one');
    await client.say('two');
    await host.connect();
    await host.frames.next('input');
    expect(await held()).toBe(2);
    room = true;
    host.send({ type: 'update_queue', runtime: runtime(), queue: [], removed: [] });
    await nothingHeld();
    expect(inputs(host)).toEqual(['one', 'one', 'two']);
  });

  test('BAG-9 because its disk is full is asked again after a minute, and nothing is dropped', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      await hub.restart();
      let room = false;
      const reply = (frame: Frame) =>
        room ? accept(frame) : { ...accept(frame), accepted: false, error: 'full', code: 'store_full' };
      const host = await new FakeHost(hub, { reply }).connect();
      await host.cut();
      client = await TestClient.open(hub, 'laptop');
      await client.say('one');
      await host.connect();
      await host.frames.next('input');
      expect(await held()).toBe(1);
      room = true;
      await passMinute(client);
      await nothingHeld();
      expect(inputs(host)).toEqual(['one', 'one']);
    } finally {
      vi.useRealTimers();
    }
  });

  test('BAG-9 for another reason ends it, and everybody is told why', async () => {
    const reply = (frame: Frame) => ({ ...accept(frame), accepted: false, error: 'no such thing' });
    const host = await new FakeHost(hub, { reply }).connect();
    client = await TestClient.open(hub, 'laptop');
    await client.resume();
    await host.cut();
    await client.say('one');
    await host.connect();
    expect(await client.frames.next('input_refused')).toMatchObject({ id: 'one', error: 'no such thing' });
    await nothingHeld();
  });
});
