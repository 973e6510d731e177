import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { runCommand } from '../../../actors/tools/run-command.ts';
import { isAlive, tempFolder, testCall } from './tool-context.ts';

test.runIf(process.platform === 'linux')(
  'TOOL-71 a process that dropped everything is ended when it was seen while its parent lived',
  async () => {
    const call = testCall(tempFolder());
    // Its parent has ended when `go` is there and the shell has said so.
    const parent = `setsid bash -c 'echo $$ > pid; exec sleep 300' >/dev/null 2>&1 &
      until [ -e go ]; do read -t 0.02 < fifo; done`;
    const command = `mkfifo fifo; exec 9<>fifo; env -i bash -c '${parent.replaceAll("'", `'\\''`)}'; echo gone; sleep 300`;
    const looks = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let pauses = 0;
    let shown = '';
    const running = runCommand({
      ...{ command, cwd: call.cwd, env: call.env, mark: call.mark, timeoutMs: 600_000, signal: call.signal },
      onOutput: (_, bytes) => {
        shown += Buffer.from(bytes);
      },
      // The first pause ends when the test says so, the second begins when the look is over.
      pause: async () => {
        pauses += 1;
        if (pauses === 1) return looks[0]!.promise;
        looks[1]!.resolve();
        return new Promise(() => {});
      },
    });
    const pidOf = () => Number(readFileSync(join(call.cwd, 'pid'), 'utf8'));
    await vi.waitFor(() => expect(readFileSync(`/proc/${pidOf()}/comm`, 'utf8')).toBe('sleep\n'), 20_000);
    looks[0]!.resolve();
    await looks[1]!.promise;
    writeFileSync(join(call.cwd, 'go'), '');
    await vi.waitFor(() => expect(shown).toBe('gone\n'), 20_000);
    expect(await isAlive(pidOf())).toBe(true);
    call.abort();
    expect(await running).toEqual({ kind: 'cancelled', left: [] });
    expect(await isAlive(pidOf())).toBe(false);
  },
);
