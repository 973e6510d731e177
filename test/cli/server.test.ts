import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LOCAL_HUB, readToken } from '../../actors/credentials.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { TempHome } from '../support/temp-server.ts';

let place: TempHome;
beforeEach(() => {
  place = new TempHome();
});
afterEach(() => place.remove());

const script = (...lines: string[]) => ['#script', ...lines].join('\n');
const ownToken = () => {
  const read = readToken(place.home, LOCAL_HUB);
  return read.ok && read.token ? read.token : '';
};
const folder = (name: string) => {
  const path = join(place.root, name);
  mkdirSync(path);
  return path;
};

test('CLI-20 without a terminal the environment takes the name of the machine, and it is saved', async () => {
  const server = await place.startServer();
  expect(server.stdout).toContain(`environment  ${hostname()}`);
  const path = join(place.project, '.signalbox', 'settings.local.json');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ listenerEnvName: hostname() });
});

test('CLI-22 it says where everything is, is ready when it says so, and shows no token', async () => {
  const server = await place.startServer(['--env-name', 'laptop']);
  expect((await place.run(['send', 'hello'])).code).toBe(0);
  expect(server.stdout).toContain(await place.hubUrl());
  expect(server.stdout).toContain('demo/scripted, a stand-in');
  const log = /log +(\S+\.log)/.exec(server.stdout)?.[1] ?? '';
  expect(statSync(log).mode & 0o777).toBe(0o600);
  const token = ownToken();
  expect(token.length).toBeGreaterThan(20);
  const logs = ['remote', 'hub'].flatMap((of) => {
    const dir = join(place.home, 'logs', of);
    return readdirSync(dir).map((name) => readFileSync(join(dir, name), 'utf8'));
  });
  expect(server.stdout + server.stderr + logs.join()).not.toContain(token);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('CLI-23 %s stops it with code 0', async (signal) => {
  const server = await place.startServer();
  const { code, stdout } = await server.stop(signal);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Stopping') });
  expect(stdout).not.toContain('out of reach');
  expect((await place.run(['envs'])).code).toBe(exitCodes.unreachable);
});

test('CLI-23 a second signal stops it at once', async () => {
  const server = await place.startServer();
  const running = place.start(['send', '--approve', 'all', script('call Bash {"command":"sleep 60"}')]);
  await running.says('> Bash sleep 60');
  server.child.kill('SIGINT');
  await server.says('Stopping');
  expect((await server.stop('SIGINT')).code).toBe(exitCodes.interrupted);
});

test('CLI-24 a second server in the same home joins the hub that runs there', async () => {
  await place.startServer(['--env-name', 'one']);
  const second = place.start(['server', '--env-name', 'two'], { cwd: folder('other') });
  await second.says('Ready.');
  expect(second.stdout).not.toContain('runs in this process');
  expect(second.stdout).toContain(`--hub ${await place.hubUrl()} --env two`);
  expect((await place.run(['envs'])).stdout).toMatch(
    /one +online[\s\S]*two +online|two +online[\s\S]*one +online/,
  );
  expect(await place.run(['send', 'hello'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/2 environments are online: .*--env NAME/),
  });
  const text = script('call Bash {"command":"pwd"}', '---', 'say {{1}}');
  const there = await place.run(['send', '--env', 'two', '--approve', 'all', text]);
  expect(there.stdout.trim()).toBe(join(place.root, 'other'));
});

test('CLI-24 two servers that start at the same moment share one hub', async () => {
  const both = ['one', 'two'].map((name) =>
    place.start(['server', '--listen', '127.0.0.1:0', '--env-name', name], { cwd: folder(name) }),
  );
  await Promise.all(both.map((server) => server.says('Ready.')));
  const here = both.filter(({ stdout }) => stdout.includes('runs in this process'));
  expect(here).toHaveLength(1);
  expect((await place.run(['envs'])).stdout).toMatch(/(one|two) +online[\s\S]*(one|two) +online/);
});

test('CLI-25 a second server of the same name on one machine is refused and names the process', async () => {
  const first = await place.startServer(['--env-name', 'laptop']);
  const second = await place.run(['server']);
  expect(second.code).toBe(exitCodes.failure);
  expect(second.stderr).toMatch(
    new RegExp(`"laptop" is already running .*pid ${first.child.pid}.*--env-name`),
  );
  expect(readdirSync(join(place.home, 'logs', 'remote'))).toHaveLength(1);
  expect((await place.run(['send', 'hello'])).code).toBe(0);
});

test('CLI-26 who is superseded says why and ends with 3', async () => {
  const first = await place.startServer(['--env-name', 'laptop']);
  const twin = folder('twin');
  const { deviceId } = JSON.parse(readFileSync(join(place.home, 'settings.json'), 'utf8'));
  writeFileSync(join(twin, 'settings.json'), JSON.stringify({ deviceId }));
  const url = await place.hubUrl();
  const host = place.start(['server', '--hub', url, '--env-name', 'laptop'], {
    cwd: twin,
    env: { SIGNALBOX_HOME: twin, SIGNALBOX_TOKEN: ownToken() },
  });
  await Promise.race([host.says('Ready.'), first.ended]);
  const { code, stderr } = await first.ended;
  expect({ code, stderr }).toEqual({
    code: exitCodes.superseded,
    stderr: expect.stringContaining('took over the environment "laptop"'),
  });
});

test('CLI-27 a hub alone says where its token is kept, never the token; hosts and clients come with it', async () => {
  const hub = place.start(['hub', '--listen', '127.0.0.1:0']);
  await hub.says('Ready.');
  expect(hub.stdout).toContain(join(place.home, 'credentials.json'));
  expect(hub.stdout).not.toContain(ownToken());
  const url = await place.hubUrl();
  const away = folder('away');
  const host = place.start(['server', '--hub', url, '--env-name', 'staging'], {
    cwd: away,
    env: { SIGNALBOX_HOME: away, SIGNALBOX_TOKEN: ownToken() },
  });
  await host.says('Ready.');
  expect((await place.run(['send', '--env', 'staging', 'hello'])).code).toBe(0);
  expect(await place.run(['hub', '--listen', '127.0.0.1:0'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`pid ${hub.child.pid}`),
  });
  expect((await hub.stop('SIGTERM')).code).toBe(0);
  await host.says('The hub is out of reach.');
});

test('CLI-28 a hub that is killed and started again finds its hosts and clients back, and the turn ends', async () => {
  const listen = '127.0.0.1:0';
  const hub = place.start(['hub', '--listen', listen]);
  await hub.says('Ready.');
  const url = await place.hubUrl();
  const host = place.start(['server', '--hub', url, '--env-name', 'laptop']);
  await host.says('Ready.');
  const text = script('call Bash {"command":"sleep 2; echo finished"}', '---', 'say The end: {{1}}');
  const sent = place.start(['send', '--approve', 'all', text]);
  await sent.says('> Bash sleep 2');
  await hub.stop('SIGKILL');
  await host.says('The hub is out of reach.');
  const again = place.start(['hub', '--listen', new URL(url).host]);
  await again.says('Ready.');
  await host.says('Connected again.');
  const { code, stdout } = await sent.ended;
  expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: 'The end: finished' });
});

test('CLI-29 what is wrong with the start is told with the way out', async () => {
  await place.startServer();
  const taken = new URL(await place.hubUrl()).host;
  const other = folder('home2');
  const second = place.start(['server', '--listen', taken], { cwd: other, env: { SIGNALBOX_HOME: other } });
  const { code, stderr } = await second.ended;
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(`${taken} is in use.*--listen`),
  });
  const refused = place.start(['server', '--hub', await place.hubUrl()], {
    cwd: other,
    env: { SIGNALBOX_HOME: other, SIGNALBOX_TOKEN: 'wrong' },
  });
  const answer = await refused.ended;
  expect(answer).toMatchObject({ code: 1, stderr: expect.stringMatching(/token/) });
  await vi.waitFor(() => expect(answer.stdout).not.toContain('Ready.'));
});
