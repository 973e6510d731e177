import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { bash } from '../../../actors/tools/bash.ts';
import { isAlive, pidsOf, runTool, tempFolder, testCall } from './tool-context.ts';

const onLinux = test.runIf(process.platform === 'linux');

function run(command: string, call = testCall(tempFolder()), more: Record<string, unknown> = {}) {
  return runTool(bash, { command, ...more }, call);
}

test('TOOL-10 runs the command in the working directory, with quotes and line breaks as they are', async () => {
  const cwd = tempFolder();
  const command = `printf '%s\\n' "$PWD" 'a "b" $c'\nfor i in 1 2; do\n  echo "line $i"\ndone`;
  expect(await run(command, testCall(cwd))).toEqual({
    status: 'success',
    text: `${cwd}\na "b" $c\nline 1\nline 2\n`,
    stdout: [cwd, 'a "b" $c', 'line 1', 'line 2'],
    stderr: [],
  });
});

test('TOOL-10 each command has a fresh shell that is no login shell, and an empty standard input', async () => {
  const call = testCall(tempFolder());
  await run('cd /; export LEFT=behind', call);
  const { text } = await run('shopt -q login_shell || echo "no login"; echo "$PWD [$LEFT]"; wc -c', call);
  expect(text.split('\n').slice(0, 2)).toEqual(['no login', `${call.cwd} []`]);
  expect(text.trim().endsWith('0')).toBe(true);
});

test('TOOL-10 says so when a command prints nothing', async () => {
  expect(await run('true')).toEqual({ status: 'success', text: '(no output)', stdout: [], stderr: [] });
});

test('TOOL-11 an exit code other than 0 is an error that shows the output and the code', async () => {
  const { status, text, stdout, stderr } = await run('echo out; echo err >&2; exit 3');
  expect(status).toBe('error');
  expect(text.split('\n').toSorted()).toEqual(['Exit code 3', 'err', 'out']);
  expect(text.endsWith('\nExit code 3')).toBe(true);
  expect([stdout, stderr]).toEqual([['out'], ['err']]);
  expect((await run('printf half; exit 1')).text).toBe('half\nExit code 1');
  expect((await run('exit 7')).text).toBe('Exit code 7');
});

test('TOOL-11 a death by signal names the signal', async () => {
  expect(await run('echo before; kill -9 $$')).toMatchObject({
    status: 'error',
    text: 'before\nKilled by SIGKILL',
  });
});

test('TOOL-12 of more than 30 000 characters it keeps head and tail and says how many were cut', async () => {
  const { status, text, stdout } = await run('echo first; seq 1 100000; echo last');
  expect(status).toBe('success');
  expect(text.length).toBeLessThanOrEqual(30_000);
  expect(text.startsWith('first\n1\n2\n')).toBe(true);
  expect(text.endsWith('\n99999\n100000\nlast\n')).toBe(true);
  const total = ['first', ...Array.from({ length: 100_000 }, (_, i) => `${i + 1}`), 'last', ''].join(
    '\n',
  ).length;
  const [note, cut] = /\n\[(\d+) characters cut\]\n/.exec(text) ?? [];
  expect(text.length - (note?.length ?? 0) + Number(cut)).toBe(total);
  expect(stdout?.join('\n').length).toBeLessThanOrEqual(30_000);
});

test('TOOL-12 exactly 30 000 characters are not cut', async () => {
  const { text } = await run('head -c 30000 /dev/zero | tr "\\0" x');
  expect(text).toBe('x'.repeat(30_000));
});

test('TOOL-12 a command that prints 300 MB needs no memory for it', async () => {
  const before = process.memoryUsage.rss();
  const { text, status } = await run('yes | head -c 300000000');
  expect(status).toBe('success');
  expect(text).toMatch(/^(y\n)+y?\n\[299970060 characters cut\]\n(y?\n)?(y\n)+$/);
  expect(process.memoryUsage.rss() - before).toBeLessThan(200_000_000);
});

test('TOOL-13 at the time limit everything that it started is ended, and the output so far is told', async () => {
  const call = testCall(tempFolder());
  const outcome = await run('echo begun; sleep 300 & sleep 300', call, { timeout: 300 });
  expect(outcome).toMatchObject({
    status: 'error',
    text: 'begun\nTimed out after 300 ms. The command and everything it started was ended.',
  });
  expect(outcome.outcome).toBeUndefined();
  expect(await pidsOf(call)).toEqual([]);
});

test('TOOL-13 the time limit is 600 000 ms at most', () => {
  const fits = (timeout: unknown) => bash.parameters.safeParse({ command: 'ls', timeout }).success;
  expect([1, 600_000, undefined].map(fits)).toEqual([true, true, true]);
  expect([0, -1, 600_001, 1.5, '100', Number.NaN].map(fits)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});

/** Starts a command that prints "ready", cancels it then, and returns the outcome. */
async function cancelWhenReady(command: string, call = testCall(tempFolder()), ready = async () => {}) {
  const running = run(command, call);
  await vi.waitFor(() => expect(call.shown.join('')).toContain('ready'), 20_000);
  await ready();
  call.abort();
  return running;
}

test('TOOL-14 cancelled, it ends with outcome cancelled and what was printed, and no process is left', async () => {
  const call = testCall(tempFolder());
  expect(await cancelWhenReady('echo ready; sleep 100', call)).toMatchObject({
    status: 'error',
    outcome: 'cancelled',
    text: 'ready\nCancelled. The command and everything it started was ended.',
  });
  expect(await pidsOf(call)).toEqual([]);
});

onLinux('TOOL-14 a cancel also ends what moved to a session of its own', async () => {
  const call = testCall(tempFolder());
  const command = `setsid sleep 300 & (sleep 300 & disown); nohup sleep 300 >/dev/null 2>&1 &
    (setsid bash -c '(sleep 300 &) & disown' &) ; echo ready; sleep 300`;
  await cancelWhenReady(command, call, () =>
    vi.waitFor(async () => expect((await pidsOf(call)).length).toBeGreaterThanOrEqual(5), 20_000),
  );
  expect(await pidsOf(call)).toEqual([]);
});

onLinux('TOOL-14 a cancel also ends what dropped its environment and its session', async () => {
  const call = testCall(tempFolder());
  let pid = 0;
  const command = 'env -i setsid sleep 300 & echo $! > pid; echo ready; sleep 300';
  await cancelWhenReady(command, call, async () => {
    pid = Number(readFileSync(join(call.cwd, 'pid'), 'utf8'));
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('sleep\n'), 20_000);
  });
  expect(await isAlive(pid)).toBe(false);
});

onLinux.each([
  ['of one that leaves at once', "env -i setsid -f bash -c 'echo $$ > pid; exec sleep 300'"],
  [
    'of two, under a parent that is gone',
    `(env -i bash -c 'sleep 300 & exec setsid bash -c "$1"' - 'echo $$ > pid; exec sleep 300' &)`,
  ],
  ['with stderr alone', "env -i setsid -f bash -c 'exec >/dev/null; echo $$ > pid; exec sleep 300'"],
  [
    'under another number',
    "env -i setsid -f bash -c 'exec 9>&1 >/dev/null 2>&1; echo $$ > pid; exec sleep 300'",
  ],
])(
  'TOOL-14 a cancel also ends what dropped environment, session and parents, but not the output: %s',
  async (_, command) => {
    const call = testCall(tempFolder());
    const pidOf = () => Number(readFileSync(join(call.cwd, 'pid'), 'utf8'));
    const outcome = await cancelWhenReady(`${command}; echo ready; sleep 300`, call, () =>
      vi.waitFor(() => expect(readFileSync(`/proc/${pidOf()}/comm`, 'utf8')).toBe('sleep\n'), 20_000),
    );
    expect(outcome.outcome).toBe('cancelled');
    expect(await isAlive(pidOf())).toBe(false);
  },
);

test('TOOL-14 a command that ignores SIGTERM is ended all the same', async () => {
  const call = testCall(tempFolder());
  const outcome = await cancelWhenReady("trap '' TERM INT HUP; echo ready; while :; do sleep 1; done", call);
  expect(outcome.outcome).toBe('cancelled');
  expect(await pidsOf(call)).toEqual([]);
});

test('TOOL-14 a command that obeys SIGTERM may clean up before it ends', async () => {
  const outcome = await cancelWhenReady("trap 'echo cleaned; exit' TERM; echo ready; sleep 300 & wait");
  expect(outcome.text).toMatch(/^ready\ncleaned\n/);
});

onLinux('TOOL-14 a chain of processes, each in a session of its own, is caught', async () => {
  const call = testCall(tempFolder());
  const script = join(call.cwd, 'chain.sh');
  // It ends by itself in the end, so that a failing test leaves nothing behind.
  writeFileSync(script, 'echo "$1" > hops\n[ "$1" -ge 5000 ] || setsid bash chain.sh $(($1 + 1)) &\n');
  await cancelWhenReady('bash chain.sh 0 & echo ready; sleep 300', call, () =>
    vi.waitFor(() => expect(existsSync(join(call.cwd, 'hops'))).toBe(true), 20_000),
  );
  expect(await pidsOf(call)).toEqual([]);
  expect(Number(readFileSync(join(call.cwd, 'hops'), 'utf8'))).toBeLessThan(5_000);
});

test('TOOL-14 a call that is cancelled before it starts runs nothing', async () => {
  const call = testCall(tempFolder());
  call.abort();
  expect(await run('echo ran > proof', call)).toMatchObject({ status: 'error', outcome: 'cancelled' });
  expect(() => readFileSync(join(call.cwd, 'proof'))).toThrow();
});

test('TOOL-15 a process that is left in the background goes on, may go on printing, and its pid is told', async () => {
  const call = testCall(tempFolder());
  const loop = '(n=0; while :; do echo tick; n=$((n+1)); echo $n > count; sleep 0.02; done) & echo started';
  const { status, text } = await run(loop, call);
  expect(status).toBe('success');
  expect(text).toContain('started\n');
  const [, pids] =
    /\[\d+ process(?:es)? w\w+ left running in the background, pids? ([\d, ]+)\]$/.exec(text) ?? [];
  expect(await isAlive(Number(pids?.split(', ')[0]))).toBe(true);
  const count = () => Number(readFileSync(join(call.cwd, 'count'), 'utf8'));
  const then = count();
  await vi.waitFor(() => expect(count()).toBeGreaterThan(then + 10), 20_000);
});

test('TOOL-15 aborting after the end does not touch what was left in the background', async () => {
  const call = testCall(tempFolder());
  await run('sleep 300 >/dev/null 2>&1 & echo started', call);
  // The shell itself may still be on its way out.
  await vi.waitFor(async () => expect(await pidsOf(call)).toHaveLength(1), 20_000);
  const [pid] = await pidsOf(call);
  call.abort();
  expect(await isAlive(pid ?? 0)).toBe(true);
});

test('TOOL-15 output of the shell is complete although a background process holds the pipe', async () => {
  const { text } = await run('sleep 300 & seq 1 5000');
  expect(text).toContain('\n4999\n5000\n');
});

onLinux(
  'TOOL-15 a background process in another session, with its output elsewhere, is told too',
  async () => {
    const { text } = await run('setsid sleep 300 >/dev/null 2>&1 & echo started');
    expect(text).toMatch(/^started\n\[1 process was left running in the background, pid \d+\]$/);
  },
);

test('TOOL-16 live output is everything so far, and the last state always comes', async () => {
  const call = testCall(tempFolder());
  const { text } = await run('echo one; echo two; printf three', call);
  expect(call.shown.at(-1)).toBe('one\ntwo\nthree');
  expect(text).toBe('one\ntwo\nthree');
  for (const shown of call.shown) expect(text.startsWith(shown)).toBe(true);
});

test('TOOL-16 live output is the last 30 000 characters', async () => {
  const call = testCall(tempFolder());
  await run('seq 1 100000', call);
  expect(call.shown.at(-1)).toHaveLength(30_000);
  expect(call.shown.at(-1)?.endsWith('\n100000\n')).toBe(true);
});

test('TOOL-17 what is no UTF-8 is shown as U+FFFD, everything else as it is', async () => {
  const { text } = await run(
    `printf 'a\\xff\\xfeb\\x00c\\x1b[31m\\r\\n\\xe2\\x82'; sleep 0.05; printf '\\xac  \\n\\n'`,
  );
  expect(text).toBe('a\ufffd\ufffdb\0c\x1b[31m\r\n€  \n\n');
});

test('TOOL-18 run_in_background is refused and the way out is told', async () => {
  const outcome = await run('sleep 300', undefined, { run_in_background: true });
  expect(outcome).toMatchObject({ status: 'error', text: expect.stringContaining('with &') });
  expect(await run('echo hi', undefined, { run_in_background: false })).toMatchObject({ text: 'hi\n' });
});

test('TOOL-19 a working directory that vanished is named', async () => {
  const cwd = join(tempFolder(), 'gone');
  mkdirSync(cwd);
  rmSync(cwd, { recursive: true });
  expect(await run('ls', testCall(cwd))).toMatchObject({
    status: 'error',
    text: expect.stringContaining(cwd),
  });
});

test('TOOL-19 a command that cannot be started says why', async () => {
  expect((await run(`echo ${'x'.repeat(200_000)}`)).text).toBe(
    'The command could not be started: the command is too long.',
  );
  expect((await run('echo a\0b')).text).toContain('NUL');
});

test('TOOL-6 a secret that a command prints does not show, also where the output is cut', async () => {
  const secret = 'sk-0123456789abcdef';
  const call = testCall(tempFolder(), { ...process.env, GITHUB_TOKEN: secret });
  // The head ends at 14 970 characters: in the middle of a secret.
  const { text } = await run(
    `echo "$GITHUB_TOKEN"; echo "$GITHUB_TOKEN" >&2; for i in $(seq 1 3000); do echo "x$GITHUB_TOKEN"; done`,
    call,
  );
  for (const seen of [text, ...call.shown]) {
    for (let size = 8; size <= secret.length; size++) {
      expect(seen).not.toContain(secret.slice(0, size));
      expect(seen).not.toContain(secret.slice(-size));
    }
  }
  expect(text).toContain('[secret GITHUB_TOKEN]');
});

test('a command may be anything, so it conflicts with everything', async () => {
  expect(await bash.effect({ command: 'ls' }, '/')).toEqual({ kind: 'anything' });
});
