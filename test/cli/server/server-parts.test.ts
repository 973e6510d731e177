import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { environmentName } from '../../../src/cli/server/env-name.ts';
import { readListen } from '../../../src/cli/server/listen-address.ts';
import { nextSteps, welcome } from '../../../src/cli/server/welcome.ts';

let project: string;
const path = () => join(project, '.signalbox', 'settings.local.json');
const saved = () => JSON.parse(readFileSync(path(), 'utf8'));
const noFlags = { trustProxy: undefined, insecure: undefined };

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'signalbox-name-'));
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

test('CLI-20 the first start asks for the name, later ones do not', async () => {
  const asked: string[] = [];
  const ask = async (suggestion: string) => {
    asked.push(suggestion);
    return 'laptop';
  };
  expect(await environmentName(undefined, project, ask)).toBe('laptop');
  expect(await environmentName(undefined, project, ask)).toBe('laptop');
  expect(asked).toEqual([hostname()]);
  expect(saved()).toEqual({ listenerEnvName: 'laptop' });
});

test('CLI-20 without a terminal, or with Enter, it is the name of the machine; --env-name goes first', async () => {
  expect(await environmentName(undefined, project, null)).toBe(hostname());
  expect(await environmentName('staging', project, null)).toBe('staging');
  expect(saved()).toEqual({ listenerEnvName: 'staging' });
  rmSync(path());
  expect(await environmentName(undefined, project, async () => '')).toBe(hostname());
  await expect(environmentName('x'.repeat(101), project, null)).rejects.toThrow(/1 to 100 characters/);
});

test('CLI-62 a name with a control character is refused by name, given or saved', async () => {
  await expect(environmentName('a\nb', project, null)).rejects.toThrow(/^the name "a\\nb" has a control/);
  await environmentName('a', project, null);
  writeFileSync(path(), '{"listenerEnvName": "a\\u001bb"}');
  await expect(environmentName(undefined, project, null)).rejects.toThrow(
    `the name "a\\u001bb" (listenerEnvName in ${path()}) has a control character`,
  );
});

test('CLI-3 a broken settings file stops the start and stays as it is', async () => {
  await environmentName('a', project, null);
  writeFileSync(path(), '{oops');
  await expect(environmentName('b', project, null)).rejects.toThrow(`${path()}:1: `);
  expect(readFileSync(path(), 'utf8')).toBe('{oops');
});

test.each([
  [undefined, { host: '127.0.0.1', port: 4180 }],
  ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
  [':5000', { host: '127.0.0.1', port: 5000 }],
  ['[::1]:5000', { host: '::1', port: 5000 }],
])('CLI-21 --listen is read: %s', (text, address) => {
  expect(readListen(text, noFlags)).toEqual(address);
});

test('CLI-21 an address that others can reach needs a flag that says so', () => {
  expect(() => readListen('0.0.0.0:4180', noFlags)).toThrow(/--trust-proxy.*--insecure/);
  expect(readListen('0.0.0.0:4180', { ...noFlags, insecure: true })).toEqual({ host: '0.0.0.0', port: 4180 });
  expect(() => readListen('4180', noFlags)).toThrow(/--listen "4180" is no address/);
  expect(() => readListen('a:99999', noFlags)).toThrow(/is no address/);
});

test('CLI-21 a port that no browser talks to is refused by name', () => {
  expect(() => readListen('127.0.0.1:4190', noFlags)).toThrow(/refuse to talk to port 4190/);
});

test('CLI-22 the server says what runs where, how to talk to it, and how to get a real model', () => {
  const host = { environment: 'my laptop', project: '/p', mode: 'standard', log: '/l' };
  const facts = { version: '1', host, hub: 'http://h', isHubHere: true, model: 'demo/scripted' };
  for (const fact of ['my laptop', '/p', 'standard', 'http://h', 'ANTHROPIC_API_KEY', '/l'])
    expect(welcome(facts)).toContain(fact);
  expect(nextSteps(facts)).toContain('npx signalbox send "what can you do?"');
  expect(nextSteps({ ...facts, isHubHere: false })).toContain("send --hub http://h --env 'my laptop' ");
});
