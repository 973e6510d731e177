import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { nanoid } from 'nanoid';
import { openDatabase } from '../../actors/sqlite/database.ts';
import { StoreError } from '../../actors/sqlite/store-error.ts';
import { authenticate, type HubVariables } from './auth/middleware.ts';
import { ownerToken } from './auth/owner-token.ts';
import { createTokenStore, type TokenStore } from './auth/tokens.ts';
import { HubStartError, listen } from './listen.ts';
import { hubMigrations } from './migrations.ts';
import type { Feed, Fence, HubData, HubLog } from './ports.ts';
import { hubIdentity } from './registry/hub-identity.ts';
import { createRelay, type Relay } from './relay/relay.ts';
import { notFound, refuse } from './rest/answer.ts';
import { environmentRoutes } from './rest/environments.ts';
import { healthRoutes } from './rest/health.ts';
import { errorBody } from './rest/rest-error.ts';
import { runtimeStatusRoutes } from './rest/runtime-status.ts';
import { tokenRoutes } from './rest/tokens.ts';
import { createUpgrades, type Upgrades } from './upgrade.ts';

export interface ComposeOptions {
  listen: { host: string; port: number };
  /** The path of hub.sqlite. */
  storePath: string;
  /** SIGNALBOX_HOME: where the owner's token is kept when none is given. */
  home: string;
  ownerToken?: string;
  /** True when a proxy in front may say that the outside speaks https. */
  trustProxy?: boolean;
  log: HubLog;
  /** Epoch milliseconds. */
  now?: () => number;
  id?: () => string;
}

export interface Hub {
  url: string;
  hubId: string;
  /** The owner's token: the one given, or the one of this home. */
  ownerToken: string;
  /** Stops taking work, ends sockets with 1001 and runs as interrupted, and closes the store. */
  close(options?: { graceMs?: number }): Promise<void>;
}

/** Makes the half of the hub that keeps agents, conversations and runs. */
type MakeData = (ports: { feed: Feed; fence: Fence } & Opened) => Promise<HubData>;
interface Opened {
  db: ReturnType<typeof openDatabase>;
  now: () => number;
  id: () => string;
}

const DEFAULT_GRACE_MS = 2_000;

/** One hub in this process: store, relay, data and doors, listening. Throws `HubStartError` or `StoreError`. */
export async function composeHub(options: ComposeOptions, makeData: MakeData): Promise<Hub> {
  const { log, now = Date.now, id = nanoid } = options;
  const owner = ownerToken(options.home, options.ownerToken);
  if (!owner.ok) throw new HubStartError(owner.message);
  const db = openDatabase(options.storePath, hubMigrations);
  const hubId = hubIdentity(db, id);
  const tokens = createTokenStore(db, now, id);
  tokens.setOwner(owner.token);
  await db.barrier();
  const relay = await createRelay<HubData>({
    ...{ db, log, now, newId: id },
    data: (ports) => makeData({ ...ports, db, now, id }),
  });
  let isReady = false;
  const upgrades = createUpgrades(relay, tokens, log);
  const app = createApp({
    ...{ relay, tokens, db, hubId, log, upgrades, now },
    trustProxy: options.trustProxy ?? false,
    isReady: () => isReady,
  });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.on('upgrade', upgrades.handle);
  // A body may come slowly; an idle connection is kept longer than hosts and proxies keep theirs, so that none
  // of them sends a request into one that is just being closed.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 75_000;

  const closeStore = async (): Promise<void> => {
    await relay.data.close();
    relay.close();
    db.close();
  };
  const url = await listen(server, options.listen).catch(async (error: unknown) => {
    await closeStore();
    throw error;
  });
  // Too many open files, say: those connected are served on.
  server.on('error', (error) => log.lifecycle('failed', { what: 'listening', error: error.message }));
  isReady = true;
  log.lifecycle('hub_started', { hubId, url });

  const close = async (graceMs: number): Promise<void> => {
    isReady = false;
    const closed = new Promise((resolve) => server.close(resolve));
    relay.close();
    await relay.data.close();
    server.closeIdleConnections();
    const late = setTimeout(() => {
      upgrades.terminate();
      server.closeAllConnections();
    }, graceMs);
    await closed;
    clearTimeout(late);
    db.close();
    log.lifecycle('hub_stopped', { hubId });
  };
  let closing: Promise<void> | null = null;
  return {
    url,
    hubId,
    ownerToken: owner.token,
    close({ graceMs = DEFAULT_GRACE_MS } = {}) {
      closing ??= close(graceMs);
      return closing;
    },
  };
}

interface Parts {
  relay: Relay<HubData>;
  tokens: TokenStore;
  db: Opened['db'];
  hubId: string;
  log: HubLog;
  upgrades: Upgrades;
  trustProxy: boolean;
  isReady: () => boolean;
  now: () => number;
}

function createApp(parts: Parts): Hono<HubVariables> {
  const { relay, tokens, db, hubId, log, upgrades, trustProxy, isReady, now } = parts;
  const app = new Hono<HubVariables>();
  app.route('/', healthRoutes(isReady));
  app.use('/v1/*', authenticate(tokens));
  app.route('/', environmentRoutes({ relay, hubId, trustProxy }));
  app.route('/', runtimeStatusRoutes(relay, now));
  app.route('/', tokenRoutes(tokens, db, upgrades.revoke));
  app.route('/', relay.data.routes);
  app.notFound((c) => refuse(c, notFound(`there is nothing at ${c.req.method} ${c.req.path}`)));
  app.onError((error, c) => {
    log.lifecycle('failed', { what: `${c.req.method} ${c.req.path}`, error: error.message });
    if (error instanceof StoreError)
      return refuse(c, { status: 507, error: `store_${error.fault}`, message: error.message });
    return c.json(errorBody('internal_error', 'the hub failed on this request; its log says more'), 500);
  });
  return app;
}
