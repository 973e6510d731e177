import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

/** Says what it got, then does what its first argument says. */
const MAIN = `
import { appendFileSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
const [what, file] = process.argv.slice(2);
if (what === 'tell') {
  console.log(JSON.stringify({
    at: import.meta.url, pid: process.pid, argv: process.argv.slice(2), node: process.versions.node,
    cache: getCompileCacheDir(), launcher: process.env.SIGNALBOX_LAUNCHER,
  }));
}
if (what === 'exit') process.exitCode = Number(file);
if (what === 'die') process.kill(process.pid, 'SIGKILL');
if (what === 'echo') process.stdin.pipe(process.stdout);
if (what === 'serve') {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      appendFileSync(file, signal + '\\n');
      process.exit(7);
    });
  }
  setInterval(() => {}, 60_000);
  console.log(process.pid);
}
`;

/** Loaded first, it makes the process look like an old Node, and only that one: not what it starts. */
const OLD_NODE = `
if (!process.env.TEST_SECOND_LIFE) {
  process.env.TEST_SECOND_LIFE = '1';
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node: process.env.TEST_NODE } });
  if (process.env.TEST_NO_EXECVE) process.execve = undefined;
}
`;

let root: string;
let children: ChildProcess[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signalbox-bin-'));
  children = [];
  cpSync(new URL('../../bin', import.meta.url), join(root, 'bin'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'old-node.mjs'), OLD_NODE);
  cpSync(new URL('../../actors/secrets', import.meta.url), join(root, 'actors/secrets'), { recursive: true });
  lay('src/cli/main.ts', `const typed: string = 'types are stripped';\n${MAIN}`);
});

afterEach(async () => {
  for (const child of children.filter(running)) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(root, { recursive: true, force: true });
});

describe('on a Node that is new enough', () => {
  test('runs the sources of a checkout', async () => {
    const { code, told } = await run(['tell', 'a b', '--flag=1']);
    expect(code).toBe(0);
    expect(told.at).toMatch(/src\/cli\/main\.ts$/);
    expect(told.argv).toEqual(['tell', 'a b', '--flag=1']);
  });

  test('runs what was built where there are no sources', async () => {
    rmSync(join(root, 'src'), { recursive: true });
    lay('dist/src/cli/main.js', MAIN);
    const { told } = await run(['tell']);
    expect(told.at).toMatch(/dist\/src\/cli\/main\.js$/);
  });

  test.runIf(process.platform === 'linux')(
    'TOOL-73 the system shows neither tokens nor provider keys of a program of ours',
    async () => {
      const env = {
        ANTHROPIC_API_KEY: 'sk-hidden-0123',
        SIGNALBOX_TOKEN: 'hidden-0123',
        GITHUB_USER: 'shown',
      };
      const child = spawn(
        process.execPath,
        [join(root, 'bin/signalbox.js'), 'serve', join(root, 'signals')],
        {
          env: { ...process.env, ...env },
        },
      );
      children.push(child);
      await once(child.stdout, 'data');
      const block = readFileSync(`/proc/${child.pid}/environ`, 'utf8');
      expect(block).toContain('GITHUB_USER=shown');
      expect(block).not.toContain('hidden');
    },
  );

  test('the compile cache is on before the command loads, in a folder of this user only', async () => {
    const { told } = await run(['tell'], { env: { TMPDIR: root, NODE_COMPILE_CACHE: undefined } });
    expect(told.cache).toContain(join(root, `signalbox-compile-cache-${process.getuid?.() ?? 'user'}`));
  });

  test('a server that is killed has kept what it compiled', async () => {
    const child = spawn(process.execPath, [join(root, 'bin/signalbox.js'), 'serve', join(root, 'signals')], {
      env: { ...process.env, TMPDIR: root, NODE_COMPILE_CACHE: undefined },
    });
    children.push(child);
    const folder = join(root, `signalbox-compile-cache-${process.getuid?.() ?? 'user'}`);
    const kept = (): string[] => readdirSync(folder, { recursive: true }).map(String);
    await once(child.stdout, 'data');
    await expect.poll(() => kept().length).toBeGreaterThan(3);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(kept().length).toBeGreaterThan(3);
  });

  test('a cache folder that others can write to is not used', async () => {
    const folder = join(root, `signalbox-compile-cache-${process.getuid?.() ?? 'user'}`);
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    const { code, told } = await run(['tell'], { env: { TMPDIR: root, NODE_COMPILE_CACHE: undefined } });
    expect(code).toBe(0);
    expect(told.cache).toBeUndefined();
  });

  test('a cache folder that is a link is not used', async () => {
    mkdirSync(join(root, 'elsewhere'));
    symlinkSync('elsewhere', join(root, `signalbox-compile-cache-${process.getuid?.() ?? 'user'}`));
    const { told } = await run(['tell'], { env: { TMPDIR: root, NODE_COMPILE_CACHE: undefined } });
    expect(told.cache).toBeUndefined();
  });
});

describe.each([
  { how: 'replaced by execve', node: '22.15.0', noExecve: undefined },
  { how: 'in front of a child', node: '20.0.0', noExecve: '1' },
])('on an older Node, $how', ({ node, noExecve }) => {
  const old = { preload: true, env: { TEST_NODE: node, TEST_NO_EXECVE: noExecve } };

  test('the pinned Node runs the same command', async () => {
    pin('24.21.0');
    const { code, told, stderr } = await run(['tell', 'a b', '--flag=1'], old);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(told).toMatchObject({ argv: ['tell', 'a b', '--flag=1'], node: process.versions.node });
    expect(told.launcher).toBeUndefined();
  });

  test('a hoisted pinned Node is found too', async () => {
    const hoisted = join(root, 'node_modules/signalbox');
    mkdirSync(hoisted, { recursive: true });
    for (const part of ['bin', 'src', 'package.json']) {
      cpSync(join(root, part), join(hoisted, part), { recursive: true });
    }
    rmSync(join(hoisted, 'src'), { recursive: true });
    lay('node_modules/signalbox/dist/src/cli/main.js', MAIN);
    const block = 'node_modules/signalbox/dist/actors/secrets/environment-block.js';
    lay(block, 'export function hideSecretsInBlock() {}');
    pin('24.21.0');
    const { told } = await run(['tell'], { ...old, entry: 'node_modules/signalbox/bin/signalbox.js' });
    expect(told.at).toContain('/node_modules/signalbox/dist/');
  });

  test('the exit code is that of the command', async () => {
    pin('24.21.0');
    expect(await run(['exit', '3'], old)).toMatchObject({ code: 3, signal: null });
  });

  test('a command that is killed kills the launcher alike', async () => {
    pin('24.21.0');
    expect(await run(['die'], old)).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  test('standard input goes through, to its end', async () => {
    pin('24.21.0');
    expect(await run(['echo'], { ...old, input: 'typed\n' })).toMatchObject({ code: 0, stdout: 'typed\n' });
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s reaches the command once', async (signal) => {
    pin('24.21.0');
    const { child } = await serve(old);
    child.kill(signal);
    const [code] = await once(child, 'exit');
    expect(code).toBe(7);
    expect(readFileSync(join(root, 'signals'), 'utf8')).toBe(`${signal}\n`);
  });

  test('SIGKILL of the process that was started leaves no command behind', async () => {
    pin('24.21.0');
    const { child, pid } = await serve(old);
    child.kill('SIGKILL');
    await vi.waitFor(() => expect(alive(pid)).toBe(false), { timeout: 20_000 });
    if (noExecve) expect(readFileSync(join(root, 'signals'), 'utf8')).toBe('SIGTERM\n');
    else expect(pid).toBe(child.pid);
  });
});

describe('on an older Node without a pinned one that will do', () => {
  const old = { preload: true, env: { TEST_NODE: '20.1.2' } };

  test('says which version runs, which is needed, and the way out', async () => {
    const { code, stderr, stdout } = await run(['tell'], old);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('needs Node 24 or newer; this is Node 20.1.2');
    expect(stderr).toContain('Install Node 24');
  });

  test('a pinned Node that is too old is named, not run', async () => {
    pin('22.1.0');
    const { code, stderr } = await run(['tell'], old);
    expect(code).toBe(1);
    expect(stderr).toContain('`node` package beside it is 22.1.0');
  });

  test('a pinned Node whose install script did not run is named', async () => {
    lay('node_modules/node/package.json', '{"version":"24.21.0"}');
    const { code, stderr } = await run(['tell'], old);
    expect(code).toBe(1);
    expect(stderr).toContain('npm rebuild node');
  });

  test('a pinned Node that cannot be started is named', async () => {
    pin('24.21.0', () =>
      writeFileSync(join(root, 'node_modules/node/bin/node'), 'no program', { mode: 0o600 }),
    );
    const { code, stderr } = await run(['tell'], { ...old, env: { ...old.env, TEST_NO_EXECVE: '1' } });
    expect(code).toBe(1);
    expect(stderr).toContain('EACCES');
  });
});

interface Options {
  preload?: boolean;
  entry?: string;
  input?: string;
  env?: Record<string, string | undefined>;
}

function start(args: string[], { preload, entry = 'bin/signalbox.js', env }: Options) {
  const first = preload ? ['--import', join(root, 'old-node.mjs')] : [];
  const child = spawn(process.execPath, [...first, join(root, entry), ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: 'pipe',
  });
  children.push(child);
  return child;
}

async function run(args: string[], options: Options = {}) {
  const child = start(args, options);
  child.stdin.end(options.input ?? '');
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  const told = args[0] === 'tell' && stdout !== '' ? JSON.parse(stdout) : {};
  return { code, signal, stdout, stderr, told };
}

/** A command that stays, ready to hear signals; `pid` is its own, whoever stands in front of it. */
async function serve(options: Options) {
  const child = start(['serve', join(root, 'signals')], options);
  const [line] = await once(child.stdout, 'data');
  return { child, pid: Number(String(line)) };
}

function lay(path: string, content: string) {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** The `node` package as npm lays it, with the Node of this test run in it. */
function pin(
  version: string,
  program = () => symlinkSync(process.execPath, join(root, 'node_modules/node/bin/node')),
) {
  lay('node_modules/node/package.json', JSON.stringify({ name: 'node', version }));
  mkdirSync(join(root, 'node_modules/node/bin'));
  program();
}

function running(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Not a zombie: in a container nobody may be there to collect it. */
function alive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  if (existsSync('/proc/self')) return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8'));
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
