import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const FILE = join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'terminal', 'paste-marks.ts');
const ON = '\u001b[?2004h';
const OFF = '\u001b[?2004l';

/** Runs `ending` in a process that has its terminal marked, and tells what the terminal was told, and how it ended. */
async function endsBy(ending: string): Promise<{ told: string; end: unknown }> {
  const program = `
    import { PasteMarks } from ${JSON.stringify(FILE)};
    const say = (text) => process.stdout.write(text);
    const input = { setRawMode: (isRaw) => say(isRaw ? '<raw>' : '<cooked>') };
    const events = { suspending: () => say('<hide>'), resumed: () => { say('<show>'); process.exit(); } };
    const marks = new PasteMarks(input, process.stdout, events);
    setInterval(() => {}, 1000);
    ${ending}`;
  // A job of its own, that no shell can continue.
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    told += text;
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ told, end: signal ?? code }));
  });
}

test.each(['SIGTERM', 'SIGHUP', 'SIGINT'])(
  'CLI-54 %s ends the process, and the terminal is as it was',
  async (signal) => {
    expect(await endsBy(`process.kill(process.pid, '${signal}');`)).toEqual({
      told: `<raw>${ON}${OFF}<cooked>`,
      end: signal,
    });
  },
);

test.each([
  ['marks.stop(); process.exit(0);', 0],
  ['process.exit(3);', 3],
  ['throw new Error();', 1],
  ['void Promise.reject(new Error());', 1],
])('CLI-54 after %s the terminal marks nothing', async (ending, code) => {
  const { told, end } = await endsBy(ending);
  expect(told.replaceAll('<cooked>', '')).toBe(`<raw>${ON}${OFF}`);
  expect(end).toBe(code);
});

test.each(['marks.suspend();', "process.kill(process.pid, 'SIGTSTP');"])(
  'CLI-54 %s gives the terminal back, and takes it again when the process goes on',
  async (ending) => {
    const { told } = await endsBy(ending);
    expect(told).toBe(`<raw>${ON}<hide>${OFF}<cooked><raw>${ON}<show>${OFF}`);
  },
);

test('CLI-54 while the terminal is lent nothing is marked, also not after a stop', async () => {
  const { told } = await endsBy(
    "marks.giveBack(); process.on('SIGCONT', () => process.exit()); process.kill(process.pid, 'SIGCONT');",
  );
  expect(told).toBe(`<raw>${ON}${OFF}<cooked>`);
});
