import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ALIAS_LIFE_MS } from '../../../src/hub/registry/connections.ts';
import { FakeHost } from '../relay/fake-host.ts';
import { ForeignHost } from '../relay/foreign-host.ts';
import { TestClient } from '../relay/test-client.ts';
import { startTestHub, type TestHub } from '../relay/test-hub.ts';

let hub: TestHub;
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(() => hub.close());

const register = (body: object) =>
  hub.fetch('/v1/environments/register', { method: 'POST', body: JSON.stringify(body) });
const replaced = { code: 1000, reason: 'Replaced by new connection' };
const day = 24 * 60 * 60 * 1000;

describe('registration', () => {
  test('HUB-1 answers with alias, socket address, environment, generation and hub; the link only when asked for', async () => {
    const host = new FakeHost(hub);
    const answer = await host.register();
    expect(answer).toEqual({
      connectionId: expect.stringMatching(/^conn-/),
      wsUrl: `${hub.url.replace('http', 'ws')}/v1/environments/${answer.connectionId}/ws`,
      signalboxLink: 1,
      environmentId: expect.stringMatching(/^env-/),
      generation: 1,
      hubId: hub.hub.hubId,
    });
    const foreign = await new ForeignHost(hub).register();
    expect(foreign).not.toHaveProperty('signalboxLink');
    expect(foreign).not.toHaveProperty('supportsSplitStatusChannels');
  });

  test('HUB-2 D5 the same process gets the same environment and generation under a new alias, and what runs goes on', async () => {
    const host = await new FakeHost(hub).connect();
    const first = host.registration;
    const client = await TestClient.open(hub, first.connectionId);
    await client.resume();
    const again = await host.register();
    expect(again).toMatchObject({ environmentId: first.environmentId, generation: 1 });
    expect(again.connectionId).not.toBe(first.connectionId);
    expect(host.closed).toBeNull();
    host.delta('conv-1', 'still here');
    await client.frames.next('stream_delta');
    expect(client.closed).toBeNull();
  });

  test('HUB-3 a new process gets the next generation and takes the place of the old one at once', async () => {
    const old = await new FakeHost(hub, { epoch: 'e1' }).connect();
    const young = new FakeHost(hub, { epoch: 'e2' });
    const answer = await young.register();
    expect(answer).toMatchObject({ environmentId: old.environmentId, generation: 2 });
    await vi.waitFor(() => expect(old.closed).toEqual(replaced));
    await young.connect();
    expect(young.closed).toBeNull();
  });

  test('HUB-3 a process that was replaced stays replaced, whether it comes back or registers again', async () => {
    const old = await new FakeHost(hub, { epoch: 'e1' }).connect();
    const young = await new FakeHost(hub, { epoch: 'e2' }).connect();
    await old.connect();
    expect(old.closed).toEqual(replaced);
    expect(await old.register()).toMatchObject({ generation: 1 });
    await old.connect();
    expect(old.closed).toEqual(replaced);
    expect(young.closed).toBeNull();
  });

  test('HUB-4 a foreign host is replaced when the new socket opens, not when the new one registers', async () => {
    const old = await new ForeignHost(hub).connect();
    const young = new ForeignHost(hub);
    await young.register();
    expect(young.environmentId).toBe(old.environmentId);
    expect(old.closed).toBeNull();
    await young.connect();
    await vi.waitFor(() => expect(old.closed).toEqual(replaced));
    await old.connect();
    await vi.waitFor(() => expect(old.closed).toEqual(replaced));
    expect(young.closed).toBeNull();
  });

  test('HUB-5 an alias lives over a restart of the hub, and 30 days after its last use', async () => {
    const host = await new FakeHost(hub).connect();
    hub.clock.ahead = 29 * day;
    await hub.restart();
    await host.connect();
    expect(host.closed).toBeNull();
    hub.clock.ahead = 58 * day;
    await new FakeHost(hub, { name: 'other', deviceId: 'device-2' }).register();
    await host.connect();
    expect(host.closed).toBeNull();
  });

  test('HUB-5 an alias that nobody used for 30 days is not known any more, and registering again finds the environment', async () => {
    const host = await new FakeHost(hub).connect();
    await host.cut();
    hub.clock.ahead = ALIAS_LIFE_MS + day;
    await new FakeHost(hub, { name: 'other', deviceId: 'device-2' }).register();
    await host.connect();
    expect(host.closed?.code).toBe(1008);
    const { environmentId } = host;
    await host.register();
    await host.connect();
    expect([host.environmentId, host.closed]).toEqual([environmentId, null]);
  });

  test('HUB-5 1008 is for an alias that is not known, and for an environment that was forgotten', async () => {
    const host = await new FakeHost(hub).connect();
    const client = await TestClient.open(hub, host.environmentId);
    const response = await hub.fetch(`/v1/environments/${host.environmentId}`, { method: 'DELETE' });
    expect(response.status).toBe(200);
    const unknown = { code: 1008, reason: 'Unknown environment' };
    await vi.waitFor(() => expect(host.closed).toEqual(unknown));
    await vi.waitFor(() => expect(client.closed).toEqual(unknown));
    await host.connect();
    expect(host.closed).toEqual(unknown);
    const never = await TestClient.open(hub, 'conn-never-issued');
    await vi.waitFor(() => expect(never.closed).toEqual(unknown));
    await host.register();
    await host.connect();
    expect(host.closed).toBeNull();
  });

  test.each([
    [{}, 'deviceId'],
    [{ deviceId: 'd', connectionName: '' }, 'connectionName'],
    [{ deviceId: 'd', connectionName: 'x', metadata: { signalboxLink: 2 } }, 'metadata.signalboxLink'],
    [{ deviceId: 'd', connectionName: 'x', metadata: { signalboxLink: 1 } }, 'metadata.signalboxEpoch'],
  ])('HUB-6 a registration that is none (%j) is refused and the field named', async (body, field) => {
    const response = await register(body);
    expect(response.status).toBe(422);
    const error = (await response.json()) as { message: string; detail: string };
    expect(error.message).toContain(field);
    expect(error.detail).toBe(error.message);
  });

  test('a name that changed is shown from then on', async () => {
    const host = await new FakeHost(hub, { name: 'before' }).connect();
    const renamed = new FakeHost(hub, { name: 'after' });
    expect(await renamed.register()).toMatchObject({ environmentId: host.environmentId, generation: 1 });
    const shown = await (await hub.fetch('/v1/environments/after')).json();
    expect(shown).toMatchObject({ id: host.environmentId, connectionName: 'after', userId: 'owner' });
  });
});
