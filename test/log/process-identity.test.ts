import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isRunning, ownIdentity } from '../../src/log/process-identity.ts';

const linux = process.platform === 'linux';

describe('isRunning', () => {
  it('LOG-10 this process is', () => {
    expect(ownIdentity().pid).toBe(process.pid);
    expect(isRunning(ownIdentity())).toBe(true);
  });

  it('LOG-10 a process that ended is not', async () => {
    const child = spawn('sleep', ['100']);
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child, 'spawn');
    const pid = child.pid as number;
    expect(isRunning({ pid, started: null })).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isRunning({ pid, started: null })).toBe(false);
  });

  it.skipIf(!linux)('LOG-10 a later process with the same pid is another one', () => {
    const { pid, started } = ownIdentity();
    expect(started).toMatch(/^\d+$/);
    expect(isRunning({ pid, started: String(Number(started) - 1) })).toBe(false);
  });

  it('LOG-10 where the start is not known the pid decides', () => {
    expect(isRunning({ pid: process.pid, started: null })).toBe(true);
  });

  it.skipIf(!linux)('LOG-10 a process that ended and was not taken notice of is not running', async () => {
    // The shell becomes a `sleep`, which never asks after the child it inherits.
    const script = 'exec 3<&0; cat <&3 >/dev/null & echo $!; exec sleep 100';
    const shell = spawn('bash', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
    onTestFinished(() => void shell.kill('SIGKILL'));
    const [chunk] = (await once(shell.stdout, 'data')) as [Buffer];
    const pid = Number(chunk.toString());
    await expect.poll(() => readFileSync(`/proc/${shell.pid}/comm`, 'utf8')).toBe('sleep\n');
    expect(isRunning({ pid, started: null })).toBe(true);
    shell.stdin.end();
    await expect.poll(() => isRunning({ pid, started: null })).toBe(false);
    expect(() => process.kill(pid, 0)).not.toThrow();
  });

  it('LOG-10 a process of another user counts too', () => {
    expect(isRunning({ pid: 1, started: null })).toBe(true);
  });
});
