// On a Node that is too old: the same command again, on the pinned `node` package.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { isatty } from 'node:tty';

/**
 * Replaces this process where the platform can, else stands in front of a child and ends as it ends.
 * @param {number} needed the lowest major version that will do
 */
export function relaunch(needed) {
  const { node, problem } = pinnedNode(needed);
  if (node === undefined) return fail(needed, problem);
  const args = [...process.execArgv, ...process.argv.slice(1)];
  // From 22.15, not on Windows. Nothing is left in between, so there is nothing to forward or to orphan.
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(node, [node, ...args], process.env);
  }
  standInFrontOf(
    spawn(node, args, {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, SIGNALBOX_LAUNCHER: String(process.pid) },
    }),
    needed,
  );
}

/**
 * @param {number} needed
 * @returns {{ node: string, problem?: never } | { node?: never, problem: string }}
 */
function pinnedNode(needed) {
  let manifest;
  try {
    manifest = createRequire(import.meta.url).resolve('node/package.json');
  } catch {
    return { problem: 'No `node` package is installed beside it either.' };
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  if (Number.parseInt(version, 10) < needed) {
    return { problem: `The \`node\` package beside it is ${version}, too old as well.` };
  }
  const node = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(node)) {
    return { problem: `The \`node\` package beside it has no ${node}: its install script did not run.` };
  }
  return { node };
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {number} needed
 */
function standInFrontOf(child, needed) {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      // Ctrl-C in a terminal reaches the child by itself; twice would read as "stop at once".
      if (signal === 'SIGINT' && [0, 1, 2].some((fd) => isatty(fd))) return;
      child.kill(signal);
    });
  }
  child.on('error', (error) => fail(needed, `Starting ${child.spawnfile} failed: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
    if (signal === null) return;
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/**
 * @param {number} needed
 * @param {string} problem
 */
function fail(needed, problem) {
  console.error(
    `signalbox needs Node ${needed} or newer; this is Node ${process.versions.node} (${process.execPath}).`,
  );
  console.error(problem);
  console.error(
    `Install Node ${needed} from https://nodejs.org, or run \`npm install\` in a checkout of signalbox: it brings its own Node.` +
      ' If that one is there and broken: `npm rebuild node`.',
  );
  process.exitCode = 1;
}
