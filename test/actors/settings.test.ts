import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { permissionSettings } from '../../actors/permission-settings.ts';
import { deviceId, homeSettingsPath, readSettings, updateSettings } from '../../actors/settings.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'signalbox-settings-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

test('CLI-1 the deviceId is made once and stays', () => {
  const first = deviceId(home);
  expect(first).toMatchObject({ ok: true, deviceId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect(deviceId(home)).toEqual(first);
  expect(statSync(homeSettingsPath(home)).mode & 0o777).toBe(0o600);
});

test('CLI-1 processes that start at the same moment get one deviceId', async () => {
  const module = new URL('../../actors/settings.ts', import.meta.url).href;
  const script = `import { deviceId } from ${JSON.stringify(module)}; console.log(JSON.stringify(deviceId(process.argv[1])))`;
  const run = promisify(execFile);
  const starts = Array.from({ length: 4 }, () =>
    run(process.execPath, ['--input-type=module', '-e', script, home]),
  );
  const answers = (await Promise.all(starts)).map(({ stdout }) => JSON.parse(stdout));
  expect(new Set(answers.map((answer) => answer.deviceId)).size).toBe(1);
  expect(json(homeSettingsPath(home))).toEqual({ deviceId: answers[0].deviceId });
  expect(readdirSync(home)).toEqual(['settings.json']);
});

test('CLI-2 what a settings file holds beside the change stays', () => {
  const path = homeSettingsPath(home);
  writeFileSync(path, '{"hub": "http://a", "future": {"x": [1]}}');
  expect(updateSettings(path, { hub: 'http://b' })).toMatchObject({ ok: true });
  expect(json(path)).toEqual({ hub: 'http://b', future: { x: [1] } });
  expect(readdirSync(home)).toEqual(['settings.json']);
});

test.each([
  ['{\n  "a": 1\n  "b": 2\n}', 3],
  ['{\n  "a":', 2],
  ['[]', 1],
])('CLI-3 a broken settings file is named with its line and never written over: %j', (text, line) => {
  const path = homeSettingsPath(home);
  writeFileSync(path, text);
  const message = expect.stringContaining(`${path}:${line}: `);
  expect(readSettings(path)).toEqual({ ok: false, message });
  expect(updateSettings(path, { hub: 'x' })).toEqual({ ok: false, message });
  expect(deviceId(home)).toEqual({ ok: false, message });
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test.each([
  ['{"hub": 42}', '"hub" is 42; it has to be a text in quotes'],
  ['{"model": ["a"]}', '"model" is a list; it has to be a text in quotes'],
  ['{"deviceId": null}', '"deviceId" is null; it has to be a text in quotes'],
  ['{"permissions": []}', '"permissions" is a list; it has to be an object such as {"allow": []}'],
  ['{"permissions": {"allow": "Bash"}}', '"permissions.allow" is a text; it has to be a list of strings'],
  [
    '{"permissions": {"deny": [1]}}',
    '"permissions.deny" is a list of other things; it has to be a list of strings',
  ],
])('CLI-61 a setting of the wrong type is told, and the file never written over: %s', (text, problem) => {
  const path = homeSettingsPath(home);
  writeFileSync(path, text);
  const told = { ok: false, message: `${path}: ${problem}. Mend the file or remove it.` };
  expect(readSettings(path)).toEqual(told);
  expect(updateSettings(path, { model: 'x' })).toEqual(told);
  expect(deviceId(home)).toEqual(told);
  expect(permissionSettings(home, home).problems).toEqual([told.message]);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('CLI-4 permissions of home, project and local files add up, low to high, each rule once', () => {
  const project = join(home, 'project');
  const local = join(project, '.signalbox', 'settings.local.json');
  updateSettings(homeSettingsPath(home), { permissions: { allow: ['Read'], deny: ['Bash(rm:*)'] } });
  updateSettings(join(project, '.signalbox', 'settings.json'), { permissions: { allow: ['Read', 'Glob'] } });
  updateSettings(local, { permissions: { allow: ['Write(a)'], additionalDirectories: ['/x'] } });
  expect(permissionSettings(home, project)).toEqual({
    allow: ['Read', 'Glob', 'Write(a)'],
    deny: ['Bash(rm:*)'],
    ask: [],
    alwaysAsk: [],
    additionalDirectories: ['/x'],
    problems: [],
  });
  writeFileSync(local, '{"permissions": {"deny": "Bash"}}');
  expect(permissionSettings(home, project).problems).toEqual([
    `${local}: "permissions.deny" is a text; it has to be a list of strings. Mend the file or remove it.`,
  ]);
});
