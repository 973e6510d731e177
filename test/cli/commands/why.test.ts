import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TempHome } from '../../support/temp-server.ts';

let place: TempHome;
beforeEach(() => {
  place = new TempHome();
});
afterEach(() => place.remove());

const SCRIPT = ['#script', 'call Bash {"command":"touch made"}', '---', 'say Done.'].join('\n');

test('INSP-8 INSP-11 it says what waits while the host runs, and what waited after it was killed; nothing is written', async () => {
  const server = await place.startServer(['--env-name', 'laptop']);
  await place.run(['agents', 'create', 'default']);
  const { id } = JSON.parse((await place.run(['conversations', 'create', '--json'])).stdout);
  place.start(['send', '--conversation', id, '--json', SCRIPT]);
  const asked = await vi.waitFor(
    async () => {
      const { stdout } = await place.run(['why']);
      expect(stdout).toContain('a person must allow or deny this call: Bash');
      return stdout;
    },
    { timeout: 20_000 },
  );
  expect(asked).toMatch(new RegExp(`^${id} \\(agent-`));
  expect(asked).toMatch(
    / {4}since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(.+\)\n {4}who can change it: anyone who may answer/,
  );
  expect(asked).toMatch(new RegExp(` {4}actor: conversation:${id} turn/batch/call:\\S+ in awaitingApproval`));
  expect((await place.run(['why', id])).stdout).toContain('a person must allow or deny');
  expect(await place.run(['why', 'conv-none'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no conversation "conv-none" in'),
  });

  await server.stop('SIGKILL');
  const folder = join(place.home, 'logs', 'remote');
  const before = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const after = await place.run(['why']);
  expect(after.code).toBe(0);
  expect(after.stdout).toMatch(/^The host of session \S+ does not run; its log ends /);
  expect(after.stdout).toContain('a person must allow or deny this call: Bash');
  const [report] = JSON.parse((await place.run(['why', '--json'])).stdout);
  expect(report).toMatchObject({
    alive: false,
    waiting: [{ conversationId: id, state: 'awaitingApproval', call: { name: 'Bash' } }],
  });
  expect(readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(before);
});

test('INSP-9 a conversation that rests is said to rest', async () => {
  await place.startServer();
  await place.run(['agents', 'create', 'default']);
  const { id } = JSON.parse((await place.run(['conversations', 'create', '--json'])).stdout);
  await place.run(['send', '--conversation', id, '#script\nsay Done.']);
  expect((await place.run(['why'])).stdout).toBe('No conversation waits for anything but a message.\n');
  expect((await place.run(['why', id])).stdout).toBe(
    `${id} rests: nothing to do; waiting for a message; who can change it: anyone who may send\n`,
  );
});

test('INSP-11 without a log it says how to start a host', async () => {
  expect(await place.run(['why'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Start a host with: signalbox server'),
  });
});
