import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { askPs, parsePsLine } from '../../../actors/processes/ask-ps.ts';
import { processTable } from '../../../actors/processes/process-table.ts';

const mark = `test-${process.pid}-${performance.now()}/1`;

test('a process is listed with its parent, its group and its mark, whatever its name; a zombie is not', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'signalbox-table-'));
  const program = join(dir, ') R 1 2 3 (x');
  copyFileSync('/bin/sleep', program);
  const child = spawn(program, ['300'], {
    env: { SIGNALBOX_CALL: mark, PATH: process.env.PATH },
    detached: true,
    stdio: 'ignore',
  });
  try {
    const mine = () => processTable((one) => one === mark);
    await vi.waitFor(async () => expect(await mine()).toHaveLength(1), 20_000);
    const [one] = await mine();
    expect(one).toMatchObject({ pid: child.pid, parent: process.pid, group: child.pid, mark });
    expect(one?.started).not.toBe('');
  } finally {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    rmSync(dir, { recursive: true });
  }
  expect(await processTable((one) => one === mark)).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'TOOL-14 a process cannot hide by becoming another program again and again',
  async () => {
    const child = spawn('bash', ['-c', 'exec bash -c "$AGAIN"'], {
      env: { SIGNALBOX_CALL: mark, PATH: process.env.PATH, AGAIN: 'exec bash -c "$AGAIN"' },
      stdio: 'ignore',
    });
    try {
      for (let times = 0; times < 300; times += 1)
        expect((await processTable((one) => one === mark)).map(({ pid }) => pid)).toEqual([child.pid]);
    } finally {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
  },
);

test('a process without an environment is in the table, without a mark', async () => {
  const child = spawn('sleep', ['300'], { env: {}, stdio: 'ignore' });
  try {
    const one = async () => (await processTable(() => true)).find(({ pid }) => pid === child.pid);
    await vi.waitFor(async () => expect(await one()).toMatchObject({ mark: null }), 20_000);
  } finally {
    child.kill('SIGKILL');
  }
});

test('this process is in the table', async () => {
  expect((await processTable(() => true)).find((one) => one.pid === process.pid)).toMatchObject({
    parent: process.ppid,
  });
});

test('ps tells the same as the table', async () => {
  const child = spawn('sleep', ['300'], { env: { ...process.env, SIGNALBOX_CALL: mark }, stdio: 'ignore' });
  try {
    await vi.waitFor(async () => expect(await askPs((one) => one === mark)).toHaveLength(1), 20_000);
    const [[byPs], [byTable]] = await Promise.all([
      askPs((one) => one === mark),
      processTable((one) => one === mark),
    ]);
    expect({ ...byPs, started: '', session: 0 }).toEqual({ ...byTable, started: '', session: 0 });
  } finally {
    child.kill('SIGKILL');
  }
});

test('a line of ps is read with the mark of the environment, which stands behind the arguments', () => {
  const line = (rest: string, state = 'S') => `  71  1   70 ${state}    Mon Nov 22 16:21:37 2027 ${rest}`;
  const one = { pid: 71, parent: 1, group: 70, session: 0, started: 'Mon Nov 22 16:21:37 2027' };
  expect(parsePsLine(line('sleep 300 PATH=/bin SIGNALBOX_CALL=h/1 HOME=/'))).toEqual({ ...one, mark: 'h/1' });
  expect(parsePsLine(line('grep SIGNALBOX_CALL=x A=b SIGNALBOX_CALL=h/2'))).toEqual({ ...one, mark: 'h/2' });
  expect(parsePsLine(line('sleep 300'))).toEqual({ ...one, mark: null });
  expect(parsePsLine(line('XSIGNALBOX_CALL=no'))).toEqual({ ...one, mark: null });
  expect(parsePsLine(line('(sleep)', 'Z+'))).toBeNull();
  expect(parsePsLine('')).toBeNull();
});
