import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { listenerInstanceId } from '../../src/host/identity.ts';
import { HostError, startHost } from '../../src/host/index.ts';
import { openHostStore } from '../../src/host/store/host-store.ts';
import { memoryLog } from '../log/memory-log.ts';
import { damage } from '../support/damage.ts';
import { type FakeHub, TOKEN } from './fake-hub.ts';
import { processesOf } from './support/processes-of.ts';
import { HUB, SCOPE, submission } from './support/samples.ts';
import { tempFolder } from './support/temp-store.ts';
import { beginHost, fakeHub, startTestHost } from './support/test-host.ts';

let hub: FakeHub;
beforeEach(async () => {
  hub = await fakeHub();
});

describe('a host begins', () => {
  test('HOST-180 by saying who it is and what it can do', async () => {
    const { host, project } = await startTestHost(hub);
    expect(hub.registrations).toEqual([
      {
        deviceId: host.deviceId,
        listenerInstanceId: host.listenerInstanceId,
        connectionName: 'laptop',
        metadata: expect.objectContaining({
          os: process.platform,
          nodeVersion: process.version,
          environmentMessageProtocol: 'v2-input',
          workingDirectory: project,
          signalboxLink: 1,
          signalboxEpoch: expect.any(String),
          supported_commands: [],
        }),
      },
    ]);
    expect(host.listenerInstanceId).toMatch(/^server-[0-9a-f]{16}$/);
    expect([host.connectionId(), host.environmentId()]).toEqual(['conn-1', 'env-1']);
  });

  test('HOST-181 as the only one of its name on this machine; the second is told the pid of the first', async () => {
    const { home } = await startTestHost(hub);
    await expect(beginHost(hub, { home })).rejects.toMatchObject({
      kind: 'running',
      message: expect.stringMatching(
        new RegExp(`environment "laptop" is already running .*\\(pid ${process.pid}\\).*--env-name`),
      ),
    });
    expect(hub.registrations).toHaveLength(1);
  });

  test('HOST-181 beside others of other names, on the same device', async () => {
    const { home, host } = await startTestHost(hub);
    const other = await fakeHub();
    const { host: second } = await startTestHost(other, { home, envName: 'staging' });
    expect(second.deviceId).toBe(host.deviceId);
    expect(second.listenerInstanceId).not.toBe(host.listenerInstanceId);
  });

  test('HOST-182 not with settings that cannot be read, and says where they are', async () => {
    const home = tempFolder();
    writeFileSync(join(home, 'settings.json'), '{ oops');
    await expect(beginHost(hub, { home })).rejects.toMatchObject({
      kind: 'settings',
      message: expect.stringContaining(join(home, 'settings.json')),
    });
  });

  test('STORE-3 not on a store that is damaged: it stops when it comes to that, and names the file', async () => {
    const home = tempFolder();
    const listener = listenerInstanceId('laptop');
    const opened = openHostStore(home, listener);
    if (!opened.ok) throw new Error('held');
    const { store } = opened;
    const { id } = store.conversations.ensure(HUB, SCOPE);
    const messages = [{ role: 'user', content: 'x'.repeat(2_000) }];
    for (let n = 0; n < 250; n += 1) store.inputs.accept(id, submission(`cm-${n}`, { messages }), 'queued');
    store.close();
    const path = join(home, 'hosts', listener, 'host.sqlite');
    damage(path);
    const { host } = await beginHost(hub, { home });
    expect(await host.stopped).toEqual({
      code: 1,
      reason: expect.stringContaining(`${path}: the file is damaged; move it away or restore a copy`),
    });
  });

  test('HOST-183 not at a hub that refuses it: it stops and says why', async () => {
    const { host, statuses } = await beginHost(hub, { token: 'wrong-token' });
    await expect(host.ready).rejects.toThrow(HostError);
    expect(await host.stopped).toEqual({ code: 1, reason: 'bad token' });
    expect(statuses).toMatchObject([{ state: 'refused', detail: 'bad token' }]);
  });

  test('HOST-184 by waiting for a hub that is in trouble', async () => {
    let tries = 0;
    hub.onRegister = () => {
      tries += 1;
      return tries === 1 ? { status: 503, body: {} } : null;
    };
    const { host, statuses } = await beginHost(hub);
    await host.ready;
    expect(statuses.map(({ state }) => state)).toEqual(['reconnecting', 'connected']);
  });
});

describe('a host ends', () => {
  test('HOST-185 for good when another process took its identity: exit code 3', async () => {
    const { host, statuses } = await startTestHost(hub);
    hub.close(1000, 'Replaced by new connection');
    expect(await host.stopped).toMatchObject({ code: 3, reason: expect.stringContaining('another process') });
    expect(statuses.at(-1)).toMatchObject({ state: 'superseded' });
    expect(hub.registrations).toHaveLength(1);
  });

  test('HOST-186 at once when there is nothing to do', async () => {
    const { host } = await startTestHost(hub, { drainLimitMs: 60_000 });
    hub.onPost = (run) => run.stop();
    hub.message('one');
    await hub.frame('turn_finished');
    await host.drain();
    expect(await host.stopped).toEqual({ code: 0, reason: 'stopped' });
    await vi.waitFor(() => expect(hub.isConnected).toBe(false));
  });

  test('HOST-186 after the turn that runs, and keeps what waits for its next start', async () => {
    const first = await startTestHost(hub, { drainLimitMs: 60_000 });
    hub.message('one');
    const run = (await hub.run(1)).say('a');
    hub.message('two');
    await hub.reply('r-two');
    const drained = first.host.drain();
    run.say('b').stop();
    await drained;
    expect(await hub.frame('turn_finished')).toMatchObject({ stop_reason: 'end_turn' });
    expect(hub.runs).toHaveLength(1);
    await startTestHost(hub, first);
    expect((await hub.run(2)).texts).toEqual(['two']);
  });

  test('HOST-187 while it ends it still accepts, for its next start', async () => {
    const first = await startTestHost(hub, { drainLimitMs: 60_000 });
    hub.message('one');
    const run = await hub.run(1);
    const drained = first.host.drain();
    hub.message('two');
    hub.message('elsewhere', {}, 'conv-2');
    expect(await hub.reply('r-two')).toMatchObject({ accepted: true, disposition: 'queued' });
    expect(await hub.reply('r-elsewhere')).toMatchObject({ accepted: true });
    run.stop();
    await drained;
    expect(hub.runs).toHaveLength(1);
    await startTestHost(hub, first);
    await hub.run(3);
    expect(hub.runs.slice(1).map((next) => next.texts)).toEqual([['two'], ['elsewhere']]);
  });

  test('HOST-188 within its limit, whatever runs: the command is ended and its outcome unknown', async () => {
    const first = await startTestHost(hub, { mode: 'unrestricted', drainLimitMs: 50 });
    const command = `sleep 100.${process.pid}1`;
    hub.onPost = (run) => (run.results.length > 0 ? run.stop() : run.bash('call-1', command).askApproval());
    hub.message('one');
    await hub.delta('client_tool_start');
    await vi.waitFor(() => expect(processesOf(command)).not.toEqual([]));
    await first.host.drain();
    expect(processesOf(command)).toEqual([]);
    await startTestHost(hub, { ...first, mode: 'unrestricted' });
    await hub.frame('turn_finished');
    expect(hub.runs[1]?.results).toMatchObject([{ outcome: 'unknown' }]);
  });

  test('HOST-189 with every line of its log readable, and no token in it', async () => {
    const { host, log } = await startTestHost(hub);
    hub.onPost = (run) => run.say('hello').stop();
    hub.message('one');
    await hub.frame('turn_finished');
    await host.drain();
    const verbs = log.lines().map(({ verb }) => verb);
    for (const verb of ['registered', 'connected', 'stopped']) expect(verbs).toContain(verb);
    expect(log.texts.join('\n')).not.toContain(TOKEN);
  });

  test('before it began, when it is told to', async () => {
    const host = await startHost({
      hub: { url: hub.url, token: TOKEN },
      ...{ home: tempFolder(), project: tempFolder(), envName: 'laptop', mode: 'standard', version: '0' },
      env: {},
      log: memoryLog(),
      onStatus: () => undefined,
    });
    await host.drain();
    expect(await host.stopped).toEqual({ code: 0, reason: 'stopped' });
  });
});
