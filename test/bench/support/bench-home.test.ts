import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { inHome } from './bench-home.ts';

/** Says its pid and lives until somebody ends it. */
const ENDLESS = 'process.stdout.write(`Ready. ${process.pid}\\n`); setInterval(() => undefined, 1000);';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a row that fails leaves no process and no file behind', async () => {
  let root = '';
  let pid = 0;
  const row = inHome('none', async (home) => {
    root = home.root;
    const script = join(root, 'endless.mjs');
    writeFileSync(script, ENDLESS);
    pid = Number((await home.run(script, []).says(/^Ready\. (\d+)$/m))[1]);
    throw new Error('the row failed');
  });
  await expect(row).rejects.toThrow('the row failed');
  expect(isAlive(pid)).toBe(false);
  expect(existsSync(root)).toBe(false);
});

test('a bench that ends in the middle of a row leaves none either', async () => {
  const module = new URL('./bench-home.ts', import.meta.url).href;
  const script = `
    import { writeFileSync } from 'node:fs';
    import { inHome } from ${JSON.stringify(module)};
    await inHome('none', async (home) => {
      writeFileSync(home.root + '/endless.mjs', ${JSON.stringify(ENDLESS)});
      const [, pid] = await home.run(home.root + '/endless.mjs', []).says(/^Ready\\. (\\d+)$/m);
      console.log(JSON.stringify({ root: home.root, pid: Number(pid) }));
      process.exit(0);
    });`;
  const bench = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const { root, pid } = JSON.parse(await text(bench.stdout)) as { root: string; pid: number };
  expect(existsSync(root)).toBe(false);
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test('a program that ends before it is ready fails the row with what it said', async () => {
  const row = inHome('none', async (home) => {
    const script = join(home.root, 'ends.mjs');
    writeFileSync(script, "console.error('no port is free'); process.exit(1);");
    await home.run(script, []).says(/^Ready\./m);
  });
  await expect(row).rejects.toThrow('no port is free');
});
