import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { callRoot, callTree } from '../processes/call-tree.ts';
import { endProcesses } from '../processes/end-processes.ts';
import { processTable } from '../processes/process-table.ts';
import { type Pause, watchTree } from '../processes/watch-tree.ts';
import type { OutputName } from './command-output.ts';
import { findShell } from './find-shell.ts';
import { within } from './within.ts';

export interface CommandInput {
  command: string;
  cwd: string;
  env: Record<string, string>;
  /** The value of SIGNALBOX_CALL in `env`. */
  mark: string;
  timeoutMs: number;
  signal: AbortSignal;
  onOutput(from: OutputName, bytes: Uint8Array): void;
  /** Waits between the looks at what the command started; by the clock when absent. */
  pause?: Pause;
}

/**
 * How a command ended. `running`: pids that it left in the background. `left`: pids that could not be ended.
 */
export type CommandEnd =
  | { kind: 'exited'; code: number; running: number[] }
  | { kind: 'killed'; signal: string; running: number[] }
  | { kind: 'timedOut' | 'cancelled'; left: number[] }
  | { kind: 'notStarted'; reason: string };

/** After SIGTERM a process has this long to clean up. */
const GRACE_MS = 1_000;
/** After the end of the shell, output that is on its way is waited for so long at a time, ... */
const DRAIN_STEP_MS = 50;
/** ... and in all: a background process may hold the pipes for ever and print all the time. */
const DRAIN_MS = 1_000;

/** Runs a command in a session of its own and waits for its end; on abort or timeout for that of its whole tree. */
export async function runCommand(input: CommandInput): Promise<CommandEnd> {
  // It takes 70 ms to load: too long for the start of a host.
  const { execa } = await import('execa');
  if (input.signal.aborted) return { kind: 'cancelled', left: [] };
  const stop = new AbortController();
  const child = execa(findShell(input.env), ['-c', input.command], {
    cwd: input.cwd,
    env: input.env,
    extendEnv: false,
    stdin: 'ignore',
    buffer: false,
    reject: false,
    detached: true,
    killDescendants: true,
    cancelSignal: stop.signal,
    forceKillAfterDelay: GRACE_MS,
  });
  const { pid, nodeChildProcess: node } = child;
  if (pid === undefined) {
    const { code, originalMessage } = await child;
    return {
      kind: 'notStarted',
      reason: code === 'E2BIG' ? 'the command is too long' : `${originalMessage}`,
    };
  }
  const members = callTree(callRoot(pid, input.mark));
  const over = new AbortController();
  void watchTree(members, over.signal, input.pause);
  const exited = once(node, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const pipes = readPipes(node, input.onOutput);
  const halted = await untilExitOrHalt(exited, input.signal, input.timeoutMs);
  over.abort();
  if (halted === null) {
    await pipes.drain();
    const [code, signal] = await exited;
    const running = (await processTable((mark) => mark === input.mark)).map((one) => one.pid);
    // A cancel in this last moment still means the whole tree.
    if (!input.signal.aborted) {
      pipes.release();
      return signal ? { kind: 'killed', signal, running } : { kind: 'exited', code: code ?? 0, running };
    }
  }
  // Looked at before anything ends: whoever dropped its mark is found by its parent only.
  await members();
  stop.abort();
  await within(GRACE_MS, exited);
  const { left } = await endProcesses(members);
  await pipes.drain();
  pipes.release();
  return { kind: halted ?? 'cancelled', left: left.map((one) => one.pid) };
}

/** Null when the shell exited by itself. */
async function untilExitOrHalt(
  exited: Promise<unknown>,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<'timedOut' | 'cancelled' | null> {
  const over = new AbortController();
  const options = { signal: over.signal };
  const cancelled = once(signal, 'abort', options).then(() => 'cancelled' as const);
  const timedOut = sleep(timeoutMs, 'timedOut' as const, options);
  for (const loser of [cancelled, timedOut]) loser.catch(() => {});
  try {
    return await Promise.race([exited.then(() => null), cancelled, timedOut]);
  } finally {
    over.abort();
  }
}

interface Pipes {
  /** Resolves when all output is read, or when what is left belongs to a background process. */
  drain(): Promise<void>;
  /** Nobody listens any more, but reading goes on: a background process would die of a closed pipe. */
  release(): void;
}

function readPipes(node: ChildProcess, onOutput: CommandInput['onOutput']): Pipes {
  let listening = true;
  let arrived = 0;
  const open = (['stdout', 'stderr'] as const).map((from) => {
    const stream = node[from] as Socket;
    stream.on('data', (bytes: Uint8Array) => {
      arrived += bytes.length;
      if (listening) onOutput(from, bytes);
    });
    stream.on('error', () => {});
    return { stream, ended: new Promise<void>((resolve) => stream.once('close', resolve)) };
  });
  const ended = Promise.all(open.map((one) => one.ended));
  return {
    async drain() {
      for (let waited = 0; waited < DRAIN_MS; waited += DRAIN_STEP_MS) {
        const before = arrived;
        if (await within(DRAIN_STEP_MS, ended)) return;
        if (arrived === before && waited > 0) return;
      }
    },
    release() {
      listening = false;
      for (const { stream } of open) stream.unref();
    },
  };
}
