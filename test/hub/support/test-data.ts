import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { Letta } from '@letta-ai/letta-client';
import { Hono } from 'hono';
import { type Database, openDatabase } from '../../../actors/sqlite/database.ts';
import { StoreError } from '../../../actors/sqlite/store-error.ts';
import type { Scope } from '../../../machines/ports.ts';
import type { HubVariables } from '../../../src/hub/auth/middleware.ts';
import { createHubData, type HubDataOptions } from '../../../src/hub/data.ts';
import type { Fence, HubData, Person } from '../../../src/hub/ports.ts';
import type { Models } from '../../../src/hub/runs/models.ts';
import { createDataTables } from '../../../src/hub/store/tables.ts';
import type { DeviceEvent } from '../../../src/protocol/events.ts';
import { puppetModel } from './puppet-model.ts';
import { readSse, type SseReader } from './sse-reader.ts';

/** Environments `env-1` (laptop) and `env-2` (staging), generation 2 current; device `d1` is env-1's alone. */
export class TestFence implements Fence {
  current = 2;
  online = new Set<string>();
  devices: Record<string, string[]> = { d1: ['env-1'], shared: ['env-1', 'env-2'] };
  passed: Record<string, string> = {};
  check(environmentId: string, generation: number): 'current' | 'fenced' | 'unknown' {
    if (!/^env-[12]$/.test(environmentId) || generation > this.current) return 'unknown';
    return generation === this.current ? 'current' : 'fenced';
  }
  nameOf(environmentId: string): string {
    return { 'env-1': 'laptop', 'env-2': 'staging' }[environmentId] ?? environmentId;
  }
  byDevice(deviceId: string, clientMessageIds: string[]): string | null {
    const here = this.devices[deviceId] ?? [];
    if (here.length === 1) return here[0] ?? null;
    const passed = clientMessageIds.map((id) => this.passed[id]);
    return passed.find((id) => id !== undefined && here.includes(id)) ?? null;
  }
  isOnline(environmentId: string): boolean {
    return this.online.has(environmentId);
  }
}

const models: Models = {
  list: () => [
    { handle: 'anthropic/claude', label: 'Claude', provider: 'anthropic', contextWindow: 200_000 },
    { handle: 'demo/scripted', label: 'Scripted demo', provider: 'demo', contextWindow: 128_000 },
  ],
  byDefault: () => 'demo/scripted',
  contextWindow: (handle) => (handle === 'anthropic/claude' ? 200_000 : 128_000),
};

export interface TestData {
  url: string;
  data: HubData;
  db: Database;
  /** How many writes there is room for. */
  disk: { left: number };
  letta: Letta;
  model: ReturnType<typeof puppetModel>;
  fence: TestFence;
  published: { scope: Scope; event: DeviceEvent; environment?: string }[];
  /** Calls whose result a host has shown. */
  shown: Set<string>;
  /** How far the host has passed on each run: all of it, unless a test says otherwise. */
  heard: { upTo: number };
  lifecycle: { verb: string; json: Record<string, unknown> }[];
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** A POST that is answered by a stream; throws when it is not. */
  stream(path: string, body: unknown, headers?: Record<string, string>): Promise<SseReader>;
  /** The same store as it is on the disk this instant, with a new hub on it: what a `kill -9` leaves. */
  crash(options?: TestOptions): Promise<TestData>;
  close(): Promise<void>;
}

export interface TestOptions {
  person?: Person;
  times?: HubDataOptions['times'];
  sampler?: HubDataOptions['sampler'];
  /** Each sync of the disk waits for what this returns. */
  gate?: () => Promise<void>;
}

export const owner: Person = { tokenId: 'token-1', name: 'Ada', right: 'owner' };

/** The data half of a hub behind a real socket, with a door that lets everyone in as `person`. */
export async function startData(options: TestOptions = {}, from?: string): Promise<TestData> {
  const { person = owner, times } = options;
  const dir = mkdtempSync(join(tmpdir(), 'signalbox-data-'));
  const path = join(dir, 'hub.sqlite');
  if (from) for (const end of ['', '-wal']) if (existsSync(from + end)) copyFileSync(from + end, path + end);
  const disk = { left: Number.POSITIVE_INFINITY };
  const db = testDisk(openDatabase(path, [createDataTables]), disk, options.gate);
  const model = puppetModel();
  const fence = new TestFence();
  const published: TestData['published'] = [];
  const shown = new Set<string>();
  const heard = { upTo: Number.MAX_SAFE_INTEGER };
  const lifecycle: TestData['lifecycle'] = [];
  let n = 0;
  const life = from ? 'b' : 'a';
  const data = await createHubData({
    db,
    sampler: options.sampler ?? model.sampler,
    models,
    fence,
    feed: {
      publish: (scope, event, environment) =>
        published.push({ scope, event, ...(environment ? { environment } : {}) }),
      hasShown: (_environment, _scope, callId) => shown.has(callId),
      heardUpTo: () => heard.upTo,
    },
    log: { lifecycle: (verb, json) => lifecycle.push({ verb, json: json as Record<string, unknown> }) },
    now: Date.now,
    id: () => `${life}${++n}`,
    ...(times ? { times } : {}),
  });
  const app = new Hono<HubVariables>();
  app.use(async (c, next) => {
    c.set('person', person);
    await next();
  });
  app.route('/', data.routes);
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const request: TestData['request'] = (method, path, body, headers = {}) =>
    fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  return {
    url,
    data,
    db,
    disk,
    letta: new Letta({ baseURL: url, apiKey: 'a-token', maxRetries: 0 }),
    model,
    fence,
    published,
    shown,
    heard,
    lifecycle,
    request,
    async stream(path, body, headers = {}) {
      const abort = new AbortController();
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        signal: abort.signal,
      });
      if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
        throw new Error(`${response.status} ${await response.text()}`);
      return readSse(response, abort);
    },
    crash: (again) => startData({ ...options, ...again }, path),
    async close() {
      await data.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      db.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The same database on a disk that can be slow or full. */
function testDisk(db: Database, disk: { left: number }, gate?: () => Promise<void>): Database {
  return {
    get committed() {
      return db.committed;
    },
    get synced() {
      return db.synced;
    },
    get undone() {
      return db.undone;
    },
    statement: (text) => db.statement(text),
    transaction(work) {
      if (disk.left === 0) throw new StoreError('full', 'hub.sqlite: the disk is full; free some space');
      disk.left -= 1;
      return db.transaction(work);
    },
    async barrier() {
      await gate?.();
      await db.barrier();
    },
    close: () => db.close(),
  };
}

/** The headers of an environment's host. */
export const host = (
  environment: 'env-1' | 'env-2',
  turnId: string,
  generation = 2,
): Record<string, string> => ({
  'x-signalbox-environment': `${environment} ${generation}`,
  'x-signalbox-turn': turnId,
});

export const userMessage = (content: string, otid?: string): Record<string, unknown> => ({
  role: 'user',
  content,
  ...(otid === undefined ? {} : { otid }),
});

/** An agent with a conversation. */
export async function newConversation(hub: TestData): Promise<{ agentId: string; id: string; path: string }> {
  const agent = await hub.letta.agents.create({ name: 'Tester', system: 'Be brief.' });
  const conversation = await hub.letta.conversations.create({ agent_id: agent.id });
  return { agentId: agent.id, id: conversation.id, path: `/v1/conversations/${conversation.id}` };
}
