import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeToken } from '../../actors/credentials.ts';
import manifest from '../../package.json' with { type: 'json' };
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { FakeHub } from '../support/fake-hub.ts';
import { type CliOptions, runCli } from '../support/run-cli.ts';

let hub: FakeHub;
let home: string;

beforeEach(async () => {
  hub = await new FakeHub().start();
  home = mkdtempSync(join(tmpdir(), 'signalbox-cli-'));
});
afterEach(async () => {
  await hub.stop();
  rmSync(home, { recursive: true, force: true });
});

const env = (more: Record<string, string> = {}) => ({ SIGNALBOX_HOME: home, ...more });
const withHub = () => env({ SIGNALBOX_HUB: hub.url, SIGNALBOX_TOKEN: 'secret-of-this-test' });
const run = (args: string[], options: CliOptions = { env: withHub() }) => runCli(args, options);

test('CLI-6 --version, --help, and the page of each command', async () => {
  expect((await run(['--version'])).stdout.trim()).toBe(manifest.version);
  const overview = await run(['--help']);
  expect(overview.code).toBe(0);
  for (const name of ['server', 'hub', 'send', 'chat', 'envs', 'agents', 'conversations', 'logs', 'token'])
    expect(overview.stdout).toMatch(new RegExp(`signalbox ${name} `));
  expect(overview.stdout).toMatch(/Exit codes:[\s\S]*130/);
  const page = await run(['send', '--help']);
  expect(page.stdout).toMatch(/send TEXT…[\s\S]*--approve[\s\S]*"ask", "all", "none"[\s\S]*Exit codes:/);
  expect(await run([])).toMatchObject({ code: exitCodes.usage, stdout: '' });
});

test('CLI-5 what is not known is refused on stderr with code 2', async () => {
  expect(await run(['sned', 'x'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'signalbox: unknown command "sned". See: signalbox --help\n',
  });
  expect((await run(['envs', '--jsno'])).stderr).toBe(
    'signalbox: unknown option --jsno. See: signalbox envs --help\n',
  );
  expect((await run(['agents', 'burn'])).stderr).toMatch(/agents "burn" is not known\. It is one of: list,/);
  expect(await run(['agents', 'delete', 'agent-1'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--yes'),
  });
});

test('CLI-7 the hub is --hub, else SIGNALBOX_HUB, else the one of settings.json, else the one of this home', async () => {
  const token = { SIGNALBOX_TOKEN: 'x' };
  const dead = 'http://127.0.0.1:9';
  writeFileSync(join(home, 'hub.lock'), JSON.stringify({ pid: 1, url: hub.url }));
  expect((await run(['envs'], { env: env(token) })).stdout).toContain('laptop');
  writeFileSync(join(home, 'settings.json'), JSON.stringify({ hub: dead }));
  expect((await run(['envs'], { env: env(token) })).stderr).toContain(dead);
  expect((await run(['envs'], { env: env({ ...token, SIGNALBOX_HUB: hub.url }) })).stdout).toContain(
    'laptop',
  );
  const option = await run(['envs', '--hub', hub.url], { env: env({ ...token, SIGNALBOX_HUB: dead }) });
  expect(option.stdout).toContain('laptop');
  expect(await run(['envs', '--hub', 'laptop:4180'])).toMatchObject({ code: 2 });
});

test('CLI-8 a hub that is not there is named, with the way out and code 5', async () => {
  const gone = await run(['send', 'hello', '--hub', 'http://127.0.0.1:9']);
  expect(gone).toEqual({
    code: exitCodes.unreachable,
    stdout: '',
    stderr: 'signalbox: no hub at http://127.0.0.1:9. Start one with: signalbox server\n',
  });
  const none = await run(['chat'], { env: env() });
  expect(none).toMatchObject({
    code: exitCodes.unreachable,
    stderr: expect.stringContaining('signalbox server'),
  });
});

test('CLI-14 the token is SIGNALBOX_TOKEN, else the one kept for the hub; without one the way out is told', async () => {
  const none = await run(['envs', '--hub', hub.url], { env: env() });
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining(`token save --hub ${hub.url}`) });
  const saved = await run(['token', 'save', '--hub', `${hub.url}/`], { env: env(), input: 'kept-token\n' });
  expect(saved).toMatchObject({ code: 0, stdout: '' });
  expect(statSync(join(home, 'credentials.json')).mode & 0o777).toBe(0o600);
  expect((await run(['envs', '--hub', hub.url], { env: env() })).code).toBe(0);
  expect((await run(['token', 'show', '--hub', hub.url], { env: env() })).stdout).toBe('kept-token\n');
  writeToken(home, 'local', 'local-token');
  writeFileSync(join(home, 'hub.lock'), JSON.stringify({ pid: 1, url: 'http://127.0.0.1:9' }));
  expect((await run(['token', 'show'], { env: env() })).stdout).toBe('local-token\n');
});

test('CLI-14 a token is shown by no command but token show', async () => {
  for (const args of [
    ['envs'],
    ['agents'],
    ['agents', '--json'],
    ['send', 'x', '--env', 'nowhere'],
    ['logs'],
  ]) {
    const { stdout, stderr } = await run(args);
    expect(stdout + stderr).not.toContain('secret-of-this-test');
  }
});

test('CLI-9 a listing is a table, and with --json what the hub said', async () => {
  expect((await run(['envs'])).stdout).toMatch(/NAME +STATUS.*\nlaptop +online/);
  expect(JSON.parse((await run(['envs', '--json'])).stdout)).toEqual(hub.environments);
  expect((await run(['agents'])).stdout).toMatch(/NAME +MODEL +ID\ndefault +- +agent-1\n/);
  expect((await run(['logs'])).stdout).toBe('(none)\n');
  expect(JSON.parse((await run(['logs', '--json'])).stdout)).toEqual([]);
});

test('CLI-8 what the hub refuses is told in its words', async () => {
  hub.failures.set('GET /v1/agents', {
    status: 403,
    body: { error: 'forbidden', message: 'this token may only read' },
  });
  expect(await run(['agents'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'signalbox: this token may only read.\n',
  });
});
