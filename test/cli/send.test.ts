import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { TempHome } from '../support/temp-server.ts';

let place: TempHome;

beforeAll(async () => {
  place = new TempHome();
  await place.startServer(['--env-name', 'laptop']);
  await place.run(['agents', 'create', 'default']);
});
afterAll(() => place.remove());

/** A conversation of its own for each test. */
async function newConversation(): Promise<string> {
  return JSON.parse((await place.run(['conversations', 'create', '--json'])).stdout).id;
}
const script = (...lines: string[]) => ['#script', ...lines].join('\n');
const send = async (args: string[], input?: string) =>
  place.run(['send', '--conversation', await newConversation(), ...args], input);

test('CLI-11 send streams the answer to stdout, and nothing else', async () => {
  expect(await send([script('say Two things to check.')])).toEqual({
    code: exitCodes.ok,
    stdout: 'Two things to check.\n',
    stderr: '',
  });
});

test('CLI-11 tool calls are told on stderr, and - reads the text from standard input', async () => {
  const text = script('say Looking.', 'call Glob {"pattern":"*"}', '---', 'say Done.');
  const { code, stdout, stderr } = await send(['-'], text);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'Looking.\nDone.\n' });
  expect(stderr).toMatch(/^> Glob \*\n {2}done/);
  expect(await send(['   '])).toMatchObject({ code: exitCodes.usage });
});

test('CLI-12 --approve all allows, --approve none denies with a reason and ends with 4', async () => {
  const text = script('call Bash {"command":"touch made"}', '---', 'say Result: {{1}}');
  const denied = await send(['--approve', 'none', text]);
  expect(denied.code).toBe(exitCodes.approval);
  expect(denied.stdout).toContain('Denied without asking');
  expect(existsSync(join(place.project, 'made'))).toBe(false);
  const allowed = await send(['--approve', 'all', text]);
  expect(allowed).toMatchObject({ code: 0, stderr: expect.stringContaining('allowed by --approve all') });
  expect(existsSync(join(place.project, 'made'))).toBe(true);
});

test('CLI-12 a call that a rule denied ends with 4 as well', async () => {
  const folder = join(place.project, '.signalbox');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'settings.json'), JSON.stringify({ permissions: { deny: ['Glob'] } }));
  onTestFinished(() => rmSync(join(folder, 'settings.json')));
  const denied = await send([script('call Glob {"pattern":"*"}', '---', 'say Result: {{1}}')]);
  expect(denied.stdout).toContain('Result:');
  expect(denied.code).toBe(exitCodes.approval);
});

test('CLI-12 ask without a terminal leaves the approval, says how to answer it, and ends with 4', async () => {
  const left = await send([script('call Bash {"command":"true"}', '---', 'say Ended.')]);
  expect(left).toMatchObject({ code: exitCodes.approval, stdout: '' });
  expect(left.stderr).toMatch(/Bash waits for a person; .*signalbox chat/);
});

test('CLI-13 --json prints a line of JSON for every event and the result as the last', async () => {
  const { code, stdout } = await send(['--json', script('say A b c.')]);
  expect(code).toBe(0);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ type }) => type)).toEqual(expect.arrayContaining(['stream_delta', 'turn_finished']));
  expect(lines.at(-1)).toMatchObject({
    type: 'result',
    ok: true,
    exit_code: 0,
    stop_reason: 'end_turn',
    text: 'A b c.',
    error: null,
  });
});

test('CLI-10 a turn that fails ends with 6 and says why; --timeout ends with 7 and leaves the turn', async () => {
  const failed = await send([script('fail 400 no such model')]);
  expect(failed).toMatchObject({
    code: exitCodes.turnFailed,
    stderr: expect.stringContaining('no such model'),
  });
  const late = await send(['--timeout', '0.3', script('sleep 60000', 'say late')]);
  expect(late).toMatchObject({ code: exitCodes.timeout, stderr: expect.stringContaining('0.3 s') });
});

test('CLI-15 Ctrl-C stops the turn, leaves no process of it, and ends with 130', async () => {
  const conversation = await newConversation();
  const text = script('call Bash {"command":"sleep 98.765 & sleep 98.765"}', '---', 'say never');
  const running = place.start(['send', '--conversation', conversation, '--approve', 'all', text]);
  const sleeping = () =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).match(/^sleep 98\.765$/gm) ?? [];
  await vi.waitFor(() => expect(sleeping()).toHaveLength(2), 10_000);
  running.child.kill('SIGINT');
  expect((await running.ended).code).toBe(exitCodes.interrupted);
  await vi.waitFor(() => expect(sleeping()).toEqual([]), 10_000);
});

test('CLI-9 envs, agents and conversations show what is there', async () => {
  const conversation = await newConversation();
  expect((await place.run(['envs'])).stdout).toMatch(/laptop +online +standard/);
  expect((await place.run(['agents'])).stdout).toMatch(/default +demo\/scripted/);
  expect((await place.run(['conversations'])).stdout).toContain(conversation);
  expect((await place.run(['conversations', 'delete', conversation, '--yes'])).code).toBe(0);
  expect((await place.run(['conversations'])).stdout).not.toContain(conversation);
  const made = JSON.parse((await place.run(['agents', 'create', 'reviewer', '--json'])).stdout);
  expect((await place.run(['agents', 'rename', made.id, 'critic'])).stdout).toContain('critic');
  expect((await place.run(['agents', 'delete', made.id, '--yes'])).code).toBe(0);
  expect((await place.run(['agents'])).stdout).not.toContain('critic');
});

test('CLI-14 a token is made once, works with its right, and is worth nothing once revoked', async () => {
  const hub = ['--hub', await place.hubUrl()];
  const made = JSON.parse((await place.run(['token', 'create', 'anna', '--right', 'read', '--json'])).stdout);
  const asAnna = (args: string[]) => place.start(args, { env: { SIGNALBOX_TOKEN: made.token } }).ended;
  expect((await asAnna(['envs', ...hub])).stdout).toContain('laptop');
  expect(await asAnna(['token', 'list', ...hub])).toMatchObject({ code: 1 });
  expect((await place.run(['token'])).stdout).toMatch(/anna +read/);
  expect((await place.run(['token', 'list', '--json'])).stdout).not.toContain(made.token);
  expect((await place.run(['token', 'revoke', made.id])).code).toBe(0);
  expect(await asAnna(['envs', ...hub])).toMatchObject({ code: 1 });
});

test('CLI-16 the logs of the session are listed, shown and found', async () => {
  expect((await place.run(['logs'])).stdout).toMatch(/T\S+Z +\S+ +running/);
  const path = (await place.run(['logs', 'path'])).stdout.trim();
  expect(existsSync(path)).toBe(true);
  expect((await place.run(['logs', 'show'])).stdout).toContain('(lifecycle)');
  expect((await place.run(['logs', 'list', '--of', 'hub', '--json'])).stdout).toContain('"alive": true');
  expect(await place.run(['logs', 'show', '1999'])).toMatchObject({ code: 1 });
});
