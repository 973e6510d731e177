import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeHub, type Hub } from '../../../src/hub/compose.ts';
import { createFakeData, type FakeData } from './fake-data.ts';

export interface TestHub {
  hub: Hub;
  data: FakeData;
  /** `http://127.0.0.1:port` */
  url: string;
  home: string;
  log: { verb: string; json: Record<string, unknown> }[];
  /** Milliseconds added to the clock of the hub. */
  clock: { ahead: number };
  fetch(path: string, init?: RequestInit & { token?: string | null }): Promise<Response>;
  /** The same store and port, in a new life. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const OWNER = 'owner-token-of-the-test';

/** A hub on a free port with its store in a new folder. */
export async function startTestHub(): Promise<TestHub> {
  const home = mkdtempSync(join(tmpdir(), 'signalbox-hub-'));
  const clock = { ahead: 0 };
  const log: TestHub['log'] = [];
  let data: FakeData | undefined;
  const start = (port: number): Promise<Hub> =>
    composeHub(
      {
        listen: { host: '127.0.0.1', port },
        storePath: join(home, 'hub.sqlite'),
        home,
        ownerToken: OWNER,
        log: { lifecycle: (verb, json) => log.push({ verb, json: json as Record<string, unknown> }) },
        now: () => Date.now() + clock.ahead,
      },
      async (ports) => {
        data = createFakeData(ports);
        return data;
      },
    );
  let hub = await start(0);
  const { url } = hub;
  return {
    get hub() {
      return hub;
    },
    get data() {
      if (!data) throw new Error('not started');
      return data;
    },
    ...{ url, home, log, clock },
    fetch(path, { token = OWNER, ...init } = {}) {
      const headers = new Headers(init.headers);
      if (token !== null) headers.set('authorization', `Bearer ${token}`);
      if (init.body) headers.set('content-type', 'application/json');
      return fetch(`${url}${path}`, { ...init, headers });
    },
    async restart() {
      await hub.close({ graceMs: 200 });
      hub = await start(Number(new URL(url).port));
    },
    async close() {
      await hub.close({ graceMs: 200 });
      rmSync(home, { recursive: true, force: true });
    },
  };
}
