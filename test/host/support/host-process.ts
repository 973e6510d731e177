/**
 * A host in a process of its own, to be killed: `node host-process.ts <JSON of ChildHostOptions>`. Says `ready` when
 * it is connected.
 */
import { startHost } from '../../../src/host/index.ts';
import type { Mode } from '../../../src/protocol/modes.ts';
import { memoryLog } from '../../log/memory-log.ts';

export interface ChildHostOptions {
  url: string;
  token: string;
  home: string;
  project: string;
  envName: string;
  mode: Mode;
  approvalLimitMs?: number;
}

const { url, token, ...options } = JSON.parse(String(process.argv[2])) as ChildHostOptions;
const host = await startHost({
  ...options,
  hub: { url, token },
  env: process.env,
  log: memoryLog(),
  version: '0.0.0',
  onStatus: () => undefined,
});
await host.ready;
process.stdout.write('ready\n');
