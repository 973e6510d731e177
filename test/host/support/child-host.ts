import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Mode } from '../../../machines/ports.ts';
import { type FakeHub, TOKEN } from '../fake-hub.ts';
import type { ChildHostOptions } from './host-process.ts';
import { tempFolder } from './temp-store.ts';

const children = new Set<ChildProcess>();
afterEach(async () => {
  for (const child of children) await end(child);
});

async function end(child: ChildProcess): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** A connected host in a process of its own. `kill` is `kill -9`: it has no time for a word. */
export async function startChildHost(hub: FakeHub, options: { mode?: Mode } = {}) {
  const home = tempFolder();
  const project = tempFolder();
  const envName = 'laptop';
  const mode = options.mode ?? 'standard';
  const given: ChildHostOptions = { url: hub.url, token: TOKEN, home, project, envName, mode };
  const script = join(import.meta.dirname, 'host-process.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(given)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  await once(child.stdout, 'data');
  return { home, project, pid: child.pid, kill: () => end(child) };
}
