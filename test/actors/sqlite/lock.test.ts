import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock, readHolder } from '../../../actors/sqlite/lock.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'signalbox-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const module = new URL('../../../actors/sqlite/lock.ts', import.meta.url).href;

test('one process holds a lock, the second is told who', () => {
  const path = join(dir, 'hub.lock');
  const first = acquireLock(path);
  if (!first.ok) throw new Error('not acquired');
  first.tell({ pid: process.pid, url: 'http://127.0.0.1:1' });
  expect(acquireLock(path)).toEqual({ ok: false, holder: { pid: process.pid, url: 'http://127.0.0.1:1' } });
  first.release();
  expect(existsSync(path)).toBe(false);
  const second = acquireLock(path);
  expect(second.ok).toBe(true);
  if (second.ok) second.release();
});

test('STORE-4 a folder that cannot be used is named, with what to look at', () => {
  writeFileSync(join(dir, 'file'), '');
  const path = join(dir, 'file', 'below', 'host.lock');
  expect(() => acquireLock(path)).toThrow(
    /host\.lock: it cannot be opened or written; see to the rights .*\(E[A-Z]+: /,
  );
});

test('a lock ends with its process, also after kill -9', async () => {
  const path = join(dir, 'host.lock');
  const script = `const {acquireLock} = await import(${JSON.stringify(module)});
    const lock = acquireLock(${JSON.stringify(path)}); console.log(lock.ok); setInterval(() => lock, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(child.stdout, 'data');
  expect(String(said)).toBe('true\n');
  expect(acquireLock(path)).toEqual({ ok: false, holder: { pid: child.pid } });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const after = acquireLock(path);
  expect(after.ok).toBe(true);
  expect(readHolder(path)).toEqual({ pid: process.pid });
  if (after.ok) after.release();
});
