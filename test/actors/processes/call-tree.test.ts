import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { callRoot, callTree } from '../../../actors/processes/call-tree.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(): number {
  const child = spawn('sleep', ['300'], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child.pid!;
}

test.runIf(process.platform === 'linux')(
  'TOOL-72 who has an end of the output open, but is older than the call, does not belong to it',
  async () => {
    const root = { ...callRoot(start(), 'nobody/1'), pid: -1 };
    const pids = async (started: string | null) =>
      (await callTree({ ...root, started })()).map((one) => one.pid);
    expect(await pids(root.started)).toEqual([children[0]!.pid]);
    expect(await pids(`${Number(root.started) + 1}`)).toEqual([]);
    expect(await pids(null)).toEqual([]);
  },
);

test.runIf(process.platform === 'linux')(
  'TOOL-72 a process with an output of its own does not belong to another call',
  async () => {
    const [mine, other] = [start(), start()];
    const root = callRoot(mine, 'nobody/2');
    expect(root.ends.size).toBe(2);
    const pids = (await callTree(root)()).map((one) => one.pid);
    expect(pids).toEqual([mine]);
    expect(pids).not.toContain(other);
  },
);

test.runIf(process.platform === 'linux')('TOOL-71 one that was seen stays known', async () => {
  // The first process ends when it is told to; what it started has left it and its output.
  const command = `setsid env -i sleep 300 >/dev/null 2>&1 & echo $!; read; exit`;
  const first = spawn('bash', ['-c', command], { stdio: ['pipe', 'pipe', 'ignore'] });
  children.push(first);
  const [said] = (await once(first.stdout!, 'data')) as [Buffer];
  const pid = Number(`${said}`);
  const members = callTree(callRoot(first.pid!, 'nobody/3'));
  const pids = async () => (await members()).map((one) => one.pid);
  try {
    await vi.waitFor(async () => expect(await pids()).toContain(pid), 20_000);
    first.stdin!.end('\n');
    await once(first, 'exit');
    expect(await pids()).toEqual([pid]);
    const late = callTree(callRoot(first.pid!, 'nobody/3'));
    expect(await late()).toEqual([]);
  } finally {
    process.kill(pid, 'SIGKILL');
  }
});
