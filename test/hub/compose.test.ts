import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readToken, writeToken } from '../../actors/credentials.ts';
import { composeHub, type Hub } from '../../src/hub/compose.ts';
import { HubStartError } from '../../src/hub/index.ts';
import { createFakeData } from './relay/fake-data.ts';
import { FakeHost } from './relay/fake-host.ts';
import { TestClient } from './relay/test-client.ts';
import { startTestHub } from './relay/test-hub.ts';

let home: string;
let running: Hub[];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'signalbox-compose-'));
  running = [];
});
afterEach(async () => {
  for (const hub of running) await hub.close({ graceMs: 100 });
  rmSync(home, { recursive: true, force: true });
});

async function start(options: { port?: number; ownerToken?: string; home?: string } = {}): Promise<Hub> {
  const { port = 0, ownerToken } = options;
  const place = options.home ?? home;
  const hub = await composeHub(
    {
      listen: { host: '127.0.0.1', port },
      storePath: join(place, 'hub.sqlite'),
      home: place,
      log: { lifecycle() {} },
      ...(ownerToken ? { ownerToken } : {}),
    },
    async (ports) => createFakeData(ports),
  );
  running.push(hub);
  return hub;
}
const listed = async (hub: Hub, token: string) =>
  (await fetch(`${hub.url}/v1/environments`, { headers: { authorization: `Bearer ${token}` } })).status;

describe('the start of a hub', () => {
  test('AUTH-12 without a token it makes one, keeps it 0600, and has it again next time', async () => {
    const hub = await start();
    const kept = readToken(home, 'local');
    expect(kept).toEqual({ ok: true, token: hub.ownerToken });
    expect(statSync(join(home, 'credentials.json')).mode & 0o777).toBe(0o600);
    expect(await listed(hub, hub.ownerToken)).toBe(200);
    await hub.close();
    const again = await start();
    expect(again.ownerToken).toBe(hub.ownerToken);
    expect(again.hubId).toBe(hub.hubId);
  });

  test("AUTH-12 with SIGNALBOX_TOKEN that one is the owner's, and nothing is written", async () => {
    const hub = await start({ ownerToken: 'given' });
    expect(hub.ownerToken).toBe('given');
    expect(await listed(hub, 'given')).toBe(200);
    expect(readToken(home, 'local')).toEqual({ ok: true, token: null });
    await hub.close();
    const other = await start({ ownerToken: 'another' });
    expect(await listed(other, 'given')).toBe(401);
  });

  test('AUTH-12 a token that is there already is used, not replaced', async () => {
    writeToken(home, 'local', 'mine');
    const hub = await start();
    expect(await listed(hub, 'mine')).toBe(200);
  });

  test('AUTH-12 a damaged credentials file stops the start and says which file', async () => {
    writeFileSync(join(home, 'credentials.json'), 'oops');
    await expect(start()).rejects.toThrow(/credentials\.json/);
    expect(readFileSync(join(home, 'credentials.json'), 'utf8')).toBe('oops');
  });

  test('HUB-29 an address in use is named, with the way out, and the store is free again', async () => {
    const first = await start();
    const port = Number(new URL(first.url).port);
    const elsewhere = join(home, 'second');
    mkdirSync(elsewhere);
    const failed = start({ port, home: elsewhere });
    await expect(failed).rejects.toBeInstanceOf(HubStartError);
    await expect(failed).rejects.toThrow(`127.0.0.1:${port} is in use`);
    await expect(failed).rejects.toThrow('--listen');
    const sql = new DatabaseSync(join(elsewhere, 'hub.sqlite'));
    sql.exec('BEGIN EXCLUSIVE; COMMIT');
    sql.close();
  });

  test('HUB-29 an address that is none of this machine is named too', async () => {
    const options = {
      listen: { host: '192.0.2.1', port: 0 },
      storePath: join(home, 'hub.sqlite'),
      home,
      log: { lifecycle() {} },
    };
    await expect(composeHub(options, async (ports) => createFakeData(ports))).rejects.toThrow(
      '192.0.2.1 is no address of this machine',
    );
  });
});

describe('the end of a hub', () => {
  test('HUB-30 closes every socket with 1001, frees the port, and leaves the store for the next', async () => {
    const hub = await startTestHub();
    const host = await new FakeHost(hub).connect();
    const client = await TestClient.open(hub, 'laptop');
    await client.resume();
    await hub.hub.close();
    await vi.waitFor(() => expect(host.closed?.code).toBe(1001));
    await vi.waitFor(() => expect(client.closed?.code).toBe(1001));
    const server = createServer();
    const { port } = new URL(hub.url);
    await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
    await new Promise((resolve) => server.close(resolve));
    rmSync(hub.home, { recursive: true, force: true });
  });

  test('HUB-30 does not wait for a client that does not answer longer than the grace', async () => {
    const hub = await startTestHub();
    await new FakeHost(hub).connect();
    const client = await TestClient.open(hub, 'laptop');
    client.ws.pause();
    await hub.close();
    client.ws.resume();
    await vi.waitFor(() => expect(client.closed).not.toBeNull());
  });

  test('HUB-30 ends what runs before the store closes', async () => {
    const hub = await start();
    expect(await listed(hub, hub.ownerToken)).toBe(200);
    await hub.close();
    running = [];
    await expect(fetch(`${hub.url}/healthz`)).rejects.toThrow();
  });
});

describe('the address of sockets', () => {
  const register = (url: string, headers: Record<string, string>) =>
    fetch(`${url}/v1/environments/register`, {
      method: 'POST',
      headers: { authorization: 'Bearer t', 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ deviceId: 'd', connectionName: 'n' }),
    });

  test('HUB-1 is wss where a trusted proxy says that the outside speaks https, and only there', async () => {
    for (const trustProxy of [true, false]) {
      const place = mkdtempSync(join(home, 'p-'));
      const options = {
        listen: { host: '127.0.0.1', port: 0 },
        storePath: join(place, 'hub.sqlite'),
        home: place,
        log: { lifecycle() {} },
        ownerToken: 't',
        trustProxy,
      };
      const hub = await composeHub(options, async (ports) => createFakeData(ports));
      running.push(hub);
      const answer = await (await register(hub.url, { 'x-forwarded-proto': 'https' })).json();
      expect((answer as { wsUrl: string }).wsUrl.startsWith(trustProxy ? 'wss://' : 'ws://')).toBe(true);
    }
  });
});
