import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { accept, FakeHost } from './fake-host.ts';
import { ForeignHost } from './foreign-host.ts';
import type { Frame } from './frames.ts';
import { passMinute } from './pass-minute.ts';
import { TestClient } from './test-client.ts';
import { startTestHub, type TestHub } from './test-hub.ts';

let hub: TestHub;
let client: TestClient;
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(() => hub.close());

const held = async (environment = 'laptop') =>
  ((await (await hub.fetch(`/v1/environments/${environment}`)).json()) as { held: number }).held;

/** A host, connected, that answers as `reply` says, and a client that follows `conv-1`. */
async function start(reply?: (frame: Frame) => Frame | null): Promise<FakeHost> {
  const host = await new FakeHost(hub, reply ? { reply } : {}).connect();
  client = await TestClient.open(hub, 'laptop');
  await client.resume();
  await client.frames.next('snapshot');
  return host;
}

/** An input that was sent to the host, who did not answer before its link broke. */
async function sentAndHeld(reply: (frame: Frame) => Frame | null): Promise<FakeHost> {
  let mute = true;
  const host = await start((frame) => (mute ? null : reply(frame)));
  const said = client.say('one');
  await host.frames.next('input');
  await host.cut();
  await said;
  host.frames.clear();
  mute = false;
  return host;
}

describe('withdrawing an input that is held', () => {
  test('BAG-10 never sent: the hub deletes it, that is final, and a later copy is refused', async () => {
    const host = await start();
    await host.cut();
    await client.say('one');
    await client.say('two');
    expect(await client.withdraw('one')).toMatchObject({
      ...{ type: 'withdraw_input_response', success: true, status: 'withdrawn', client_message_id: 'one' },
    });
    expect(await client.frames.next('input_withdrawn')).toMatchObject({ id: 'one' });
    expect(await client.withdraw('one')).toMatchObject({ status: 'withdrawn', success: true });
    expect(await client.say('one')).toMatchObject({
      accepted: false,
      error: expect.stringContaining('withdrawn'),
    });
    await hub.restart();
    client = await TestClient.open(hub, 'laptop');
    expect(await client.say('one')).toMatchObject({ accepted: false });
    await host.connect();
    await vi.waitFor(async () => expect(await held()).toBe(0));
    expect(JSON.stringify(host.frames.all)).not.toContain('"one"');
    expect(await client.say('one')).toMatchObject({ accepted: false });
  });

  test('BAG-10 maybe sent: the host is asked instead of handed it, and decides', async () => {
    const host = await sentAndHeld(accept);
    expect(await client.withdraw('one')).toMatchObject({ status: 'withdrawing', success: true });
    expect(await client.withdraw('one')).toMatchObject({ status: 'withdrawing', success: true });
    expect(await client.say('one')).toMatchObject({
      accepted: false,
      error: expect.stringContaining('withdrawn'),
    });
    await host.connect();
    expect(await client.frames.next('input_withdrawn')).toMatchObject({ id: 'one' });
    expect(host.frames.all.map(({ type }) => type)).toEqual(['withdraw_input']);
    expect(await held()).toBe(0);
  });

  test('BAG-10 maybe sent and in a turn already: it ends as handed over', async () => {
    const host = await sentAndHeld((frame) => ({
      ...accept(frame),
      status: 'already_dequeued',
      success: false,
    }));
    await client.withdraw('one');
    await host.connect();
    expect(await client.frames.next('input_handed_over')).toMatchObject({ id: 'one' });
    expect(client.frames.of('input_withdrawn')).toEqual([]);
  });

  test('BAG-10 on its way to a host that has not answered: the question follows it', async () => {
    const asked: Frame[] = [];
    const host = await start((frame) => {
      asked.push(frame);
      return null;
    });
    await host.cut();
    await client.say('one');
    await host.connect();
    await host.frames.next('input');
    expect(await client.withdraw('one')).toMatchObject({ status: 'withdrawing' });
    await host.frames.next('withdraw_input');
    for (const frame of asked) host.send(accept(frame));
    expect(await client.frames.next('input_withdrawn')).toMatchObject({ id: 'one' });
    expect(client.frames.of('input_handed_over')).toEqual([]);
    expect(await held()).toBe(0);
  });

  test('BAG-15 sent before a hub died: its next life leaves it to the host, who may have that copy', async () => {
    const host = await start(accept);
    const said = client.say('one');
    await host.frames.next('input');
    await said;
    await host.cut();
    await hub.restart();
    host.frames.clear();
    client = await TestClient.open(hub, 'laptop');
    await client.resume();
    expect(await client.say('one', 'conv-1', { resent: true })).toMatchObject({ held: {} });
    expect(await client.withdraw('one')).toMatchObject({ status: 'withdrawing' });
    await host.connect();
    await client.frames.next('input_withdrawn');
    expect(host.frames.all.map(({ type }) => type)).toEqual(['withdraw_input']);
  });

  test('BAG-15 passed on before: the same, also when its sender does not say so', async () => {
    const host = await start(accept);
    await client.say('one');
    await host.cut();
    expect(await client.say('one')).toMatchObject({ held: {} });
    expect(await client.withdraw('one')).toMatchObject({ status: 'withdrawing' });
  });

  test('BAG-10 a withdrawal outlives a restart of the hub', async () => {
    const host = await sentAndHeld(accept);
    await client.withdraw('one');
    await hub.restart();
    await host.connect();
    await host.frames.next('withdraw_input');
    await vi.waitFor(async () => expect(await held()).toBe(0));
    expect(host.frames.of('input')).toEqual([]);
  });

  test('BAG-10 an input that expires after it may have been sent is asked back too', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      await hub.restart();
      const host = await sentAndHeld(accept);
      hub.clock.ahead = 8 * 24 * 60 * 60 * 1000;
      await passMinute(client);
      await host.connect();
      expect(await client.frames.next('input_withdrawn')).toMatchObject({ id: 'one' });
      expect(client.frames.of('input_expired')).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('withdrawing an input that the host has', () => {
  test('BAG-10 the host answers when it is there', async () => {
    const host = await start((frame) => ({ ...accept(frame), status: 'already_dequeued' }));
    expect(await client.withdraw('c9')).toMatchObject({
      status: 'already_dequeued',
      client_message_id: 'c9',
    });
    expect(host.frames.of('withdraw_input')).toHaveLength(1);
  });

  test('BAG-10 while it is away the wish is held, and handed over when it is back', async () => {
    const host = await start();
    await host.cut();
    expect(await client.withdraw('c9')).toMatchObject({
      status: 'withdrawing',
      held: { environment: 'laptop' },
    });
    expect(await held()).toBe(1);
    await host.connect();
    expect(await host.frames.next('withdraw_input')).toMatchObject({ client_message_id: 'c9' });
    expect(await client.frames.next('input_withdrawn')).toMatchObject({ id: 'c9', kind: 'withdrawal' });
  });

  test('BAG-10 a foreign host cannot give back what it may have', async () => {
    const host = await new ForeignHost(hub, { reply: () => null }).connect();
    const asking = await TestClient.open(hub, 'letta', { isForeign: true });
    const said = asking.say('one');
    await host.frames.next('input');
    host.cut();
    await said;
    expect(await asking.withdraw('one')).toMatchObject({
      success: false,
      error: expect.stringContaining('give it back'),
    });
    expect(await held('letta')).toBe(1);
  });
});
