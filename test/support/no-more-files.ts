import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

/** Whether the limit of another process can be moved here. */
export const canLimitFiles = (): boolean =>
  spawnSync('prlimit', ['--pid', String(process.pid), '--nofile']).status === 0;

/** From here on this process can open no file and no socket; what it has open stays. Returns what gives them back. */
export function noMoreFiles(pid: number): () => void {
  const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  let free = 0;
  while (open.has(free)) free += 1;
  limit(pid, free);
  return () => limit(pid, 1_024);
}

function limit(pid: number, files: number): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${files}:`]);
  if (status !== 0) throw new Error(String(stderr));
}
