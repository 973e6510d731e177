import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { endMarked } from '../../../actors/processes/end-marked.ts';
import { processTable } from '../../../actors/processes/process-table.ts';

const life = `test-${process.pid}-${performance.now()}`;
const children: ChildProcess[] = [];

afterEach(async () => {
  await endMarked((mark) => mark.startsWith(life));
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(command: string, mark: string): ChildProcess {
  const env = { ...process.env, SIGNALBOX_CALL: mark };
  const child = spawn('bash', ['-c', command], { env, stdio: 'ignore', detached: true });
  children.push(child);
  return child;
}

async function living(mark: string): Promise<number> {
  return (await processTable((one) => one === mark)).length;
}

test.runIf(process.platform === 'linux')(
  'TOOL-70 ends all that carries a mark, wherever it went',
  async () => {
    const mark = `${life}/all`;
    start('setsid sleep 300 & (sleep 300 & disown); sleep 300', mark);
    // bash may put its last sleep in its own place.
    await vi.waitFor(async () => expect(await living(mark)).toBeGreaterThanOrEqual(3), 20_000);
    const { ended, left } = await endMarked((one) => one === mark);
    expect(ended.length).toBeGreaterThanOrEqual(3);
    expect(ended.every((one) => one.mark === mark && one.pid > 1)).toBe(true);
    expect(left).toEqual([]);
    expect(await living(mark)).toBe(0);
  },
);

test('TOOL-70 ends also what ignores signals or is stopped', async () => {
  const mark = `${life}/stubborn`;
  start("trap '' TERM INT HUP; while :; do sleep 300; done", mark);
  const stopped = start('kill -STOP $$; sleep 300', mark);
  await vi.waitFor(async () => expect(await living(mark)).toBe(3), 20_000);
  const exited = once(stopped, 'exit');
  await endMarked((one) => one === mark);
  expect(await exited).toEqual([null, 'SIGKILL']);
  expect(await living(mark)).toBe(0);
});

test('TOOL-70 leaves other marks and processes without one alone', async () => {
  start('sleep 300', `${life}/mine`);
  start('sleep 300', `${life}/other`);
  await vi.waitFor(async () => expect(await living(`${life}/other`)).toBe(1), 20_000);
  await vi.waitFor(async () => expect(await living(`${life}/mine`)).toBe(1), 20_000);
  const asked: string[] = [];
  await endMarked((mark) => {
    asked.push(mark);
    return mark === `${life}/mine`;
  });
  expect(await living(`${life}/mine`)).toBe(0);
  expect(await living(`${life}/other`)).toBe(1);
  expect(asked).toContain(`${life}/other`);
});

test('TOOL-70 never ends itself nor its ancestors', async () => {
  const mark = `${life}/self`;
  const url = new URL('../../../actors/processes/end-marked.ts', import.meta.url).href;
  const program = `const {endMarked} = await import(${JSON.stringify(url)});
    const {ended, left} = await endMarked((mark) => mark === ${JSON.stringify(mark)});
    console.log(JSON.stringify({count: ended.length, left}));`;
  const command = `sleep 300 & "${process.execPath}" --input-type=module -e '${program}'; echo alive`;
  const env = { ...process.env, SIGNALBOX_CALL: mark };
  const child = spawn('bash', ['-c', command], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  let said = '';
  child.stdout?.on('data', (bytes) => {
    said += bytes;
  });
  await once(child, 'close');
  expect(said).toBe('{"count":1,"left":[]}\nalive\n');
});

test('TOOL-70 with nothing to end it ends nothing', async () => {
  expect(await endMarked((mark) => mark === `${life}/nobody`)).toEqual({ ended: [], left: [] });
});
