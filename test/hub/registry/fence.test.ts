import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPassed } from '../../../src/hub/registry/fence.ts';
import { FakeHost } from '../relay/fake-host.ts';
import { ForeignHost } from '../relay/foreign-host.ts';
import { TestClient } from '../relay/test-client.ts';
import { startTestHub, type TestHub } from '../relay/test-hub.ts';

let hub: TestHub;
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(() => hub.close());

test('HUB-3 the data half is told which generation counts, and that others are fenced', async () => {
  const { fence } = hub.data;
  const host = new FakeHost(hub);
  const { environmentId = '', generation = 0 } = await host.register();
  expect(fence.check(environmentId, generation)).toBe('current');
  expect(fence.check(environmentId, generation + 1)).toBe('unknown');
  await new FakeHost(hub, { epoch: 'e2' }).register();
  expect(fence.check(environmentId, generation)).toBe('fenced');
  expect(fence.check(environmentId, generation + 1)).toBe('current');
  expect(fence.check('env-nowhere', 1)).toBe('unknown');
  expect([fence.nameOf(environmentId), fence.nameOf('env-nowhere')]).toEqual(['laptop', 'env-nowhere']);
});

test('HUB-3 it is told whose host is connected', async () => {
  const { fence } = hub.data;
  const host = new FakeHost(hub);
  await host.register();
  expect(fence.isOnline?.(host.environmentId)).toBe(false);
  await host.connect();
  expect(fence.isOnline?.(host.environmentId)).toBe(true);
  await host.cut();
  expect(fence.isOnline?.(host.environmentId)).toBe(false);
});

test('a Letta host is known by its device, and among several by a message that was passed to it', async () => {
  const { fence } = hub.data;
  const letta = await new ForeignHost(hub, { deviceId: 'shared' }).connect();
  expect(fence.byDevice('shared', [])).toBe(letta.environmentId);
  expect(fence.byDevice('unknown', [])).toBeNull();
  const ours = await new FakeHost(hub, { deviceId: 'shared' }).connect();
  expect(fence.byDevice('shared', [])).toBeNull();
  const toLetta = await TestClient.open(hub, letta.environmentId, { isForeign: true });
  await toLetta.say('m1');
  const toOurs = await TestClient.open(hub, ours.environmentId);
  await toOurs.say('m2');
  expect(fence.byDevice('shared', ['m1'])).toBe(letta.environmentId);
  expect(fence.byDevice('shared', ['other', 'm2'])).toBe(ours.environmentId);
});

test('only the newest messages are remembered', () => {
  const passed = createPassed();
  for (let i = 0; i <= 4_096; i += 1) passed.remember(`m${i}`, 'env-1');
  expect(passed.environmentOf('m0')).toBeNull();
  expect(passed.environmentOf('m1')).toBe('env-1');
});
