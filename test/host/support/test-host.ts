import { afterEach } from 'vitest';
import type { Mode } from '../../../machines/ports.ts';
import { type Host, type HostStatus, startHost } from '../../../src/host/index.ts';
import { type MemoryLog, memoryLog } from '../../log/memory-log.ts';
import { FakeHub, TOKEN } from '../fake-hub.ts';
import { tempFolder } from './temp-store.ts';

const hosts = new Set<Host>();
const hubs = new Set<FakeHub>();
afterEach(async () => {
  for (const host of hosts) await host.drain();
  hosts.clear();
  for (const hub of hubs) await hub.stop();
  hubs.clear();
});

export interface TestHost {
  host: Host;
  home: string;
  project: string;
  log: MemoryLog;
  statuses: HostStatus[];
}

export interface TestHostOptions {
  home?: string;
  project?: string;
  envName?: string;
  mode?: Mode;
  token?: string;
  drainLimitMs?: number;
  approvalLimitMs?: number;
}

/** A hub that is stopped after the test. */
export async function fakeHub(options: { isLinked?: boolean } = {}): Promise<FakeHub> {
  const hub = await FakeHub.start(options);
  hubs.add(hub);
  return hub;
}

/** A whole host that is stopped after the test; not yet connected. */
export async function beginHost(hub: FakeHub, options: TestHostOptions = {}): Promise<TestHost> {
  const log = memoryLog();
  const statuses: HostStatus[] = [];
  const home = options.home ?? tempFolder();
  const project = options.project ?? tempFolder();
  const host = await startHost({
    hub: { url: hub.url, token: options.token ?? TOKEN },
    ...{ home, project, log },
    envName: options.envName ?? 'laptop',
    mode: options.mode ?? 'standard',
    env: process.env,
    version: '0.0.0',
    onStatus: (status) => statuses.push(status),
    drainLimitMs: options.drainLimitMs ?? 20,
    ...(options.approvalLimitMs === undefined ? {} : { approvalLimitMs: options.approvalLimitMs }),
  });
  hosts.add(host);
  void host.stopped.then(() => hosts.delete(host));
  return { host, home, project, log, statuses };
}

/** A whole host, connected. */
export async function startTestHost(hub: FakeHub, options: TestHostOptions = {}): Promise<TestHost> {
  const started = await beginHost(hub, options);
  await started.host.ready;
  await hub.connected();
  return started;
}
