import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packSettings } from '../../../src/cli/logs/pack-settings.ts';
import { tempDir } from '../../log/temp-dir.ts';

function settings(home: unknown, project: unknown, local: unknown) {
  const dir = tempDir();
  const write = (path: string, value: unknown) => {
    if (value !== undefined) writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  };
  mkdirSync(join(dir, '.signalbox'));
  write(join(dir, 'settings.json'), home);
  write(join(dir, '.signalbox', 'settings.json'), project);
  write(join(dir, '.signalbox', 'settings.local.json'), local);
  return packSettings(dir, dir);
}

it('BUNDLE-3 what helps to understand a session is told', () => {
  const permissions = { allow: ['Read', 'Bash(git status)'], deny: [], approvalTimeoutSeconds: 60 };
  expect(
    settings({ hub: 'https://hub.example', model: 'demo/scripted', permissions }, undefined, {
      listenerEnvName: 'laptop',
    }),
  ).toEqual({
    home: {
      state: 'read',
      hub: 'https://hub.example',
      model: 'demo/scripted',
      permissions: { allow: ['Read', 'Bash(…)'], deny: [], approvalTimeoutSeconds: 60 },
    },
    project: { state: 'absent' },
    local: { state: 'read', listenerEnvName: 'laptop' },
  });
});

it('BUNDLE-3 nothing that could be a secret is told, wherever a person put it', () => {
  const secret = 'S3CRET';
  const inAllPlaces = {
    token: secret,
    apiKey: { nested: secret },
    hub: `https://me:${secret}@hub.example/${secret}?key=${secret}#${secret}`,
    model: `a model ${secret}`,
    deviceId: secret,
    listenerEnvName: 5,
    permissions: {
      allow: [`Bash(curl -H "Authorization: Bearer ${secret}")`, secret.repeat(20), `Bash(a)\n${secret}`, 7],
      additionalDirectories: [`/home/${secret}`],
      note: secret,
      more: { deep: secret },
    },
  };
  const packed = settings(inAllPlaces, `{"token": "${secret}`, { permissions: secret, hub: secret });
  expect(JSON.stringify(packed)).not.toContain(secret);
  expect(packed).toEqual({
    home: {
      state: 'read',
      hub: 'https://hub.example',
      permissions: {
        allow: ['Bash(…)', 'untold', 'untold', '7'],
        additionalDirectories: '1 untold',
        note: 'untold',
        more: 'untold',
      },
      untold: ['token', 'apiKey', 'model', 'deviceId', 'listenerEnvName'],
    },
    project: { state: 'broken' },
    local: { state: 'read', untold: ['permissions', 'hub'] },
  });
});
