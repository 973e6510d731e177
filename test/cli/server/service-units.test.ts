import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exitCodes } from '../../../src/cli/exit-codes.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'service.md'), 'utf8');
const [host = '', hub = ''] = [...page.matchAll(/```ini\n(.*?)```/gs)].map((match) => String(match[1]));
const setting = (unit: string, name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];
const isThere = (command: string) => spawnSync(command, ['--version']).status === 0;

/** A running turn has ten seconds, its commands ten more to end, and a hub two to say goodbye. */
const STOP_SECONDS = 10 + 10 + 2;

test('CLI-50 a stop leaves time, and what should not come back stays away', () => {
  for (const unit of [host, hub]) {
    expect(setting(unit, 'KillMode')).toBe('mixed');
    expect(Number(setting(unit, 'TimeoutStopSec'))).toBeGreaterThan(STOP_SECONDS);
    expect(setting(unit, 'Restart')).toBe('on-failure');
    expect(setting(unit, 'RestartPreventExitStatus')?.split(' ')).toContain(String(exitCodes.usage));
  }
  expect(setting(host, 'RestartPreventExitStatus')?.split(' ')).toContain(String(exitCodes.superseded));
  expect(page).not.toMatch(/ExecStart=.*token/i);
});

test.skipIf(!isThere('systemd-analyze')).each([
  ['signalbox.service', host, ['--user']],
  ['signalbox-hub.service', hub, []],
])('CLI-50 systemd takes %s', (name, unit, args) => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-unit-'));
  try {
    writeFileSync(join(folder, name), unit);
    const { status, stderr } = spawnSync('systemd-analyze', [...args, 'verify', join(folder, name)], {
      env: { ...process.env, XDG_RUNTIME_DIR: folder },
      encoding: 'utf8',
    });
    // It also complains of other units of this machine.
    const ours = stderr.split('\n').filter((line) => line.includes('signalbox'));
    expect({ status, ours }).toEqual({ status: 0, ours: [] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
