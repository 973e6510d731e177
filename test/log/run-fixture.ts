import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts a program; it does not outlive the test. */
export function runFixture(program: URL, ...args: string[]): Child {
  return start(process.execPath, [fileURLToPath(program), ...args]);
}

/** The same with files limited to so many kilobytes by the system. */
export function runFixtureLimited(kilobytes: number, program: URL, ...args: string[]): Child {
  return start('bash', [
    '-c',
    `ulimit -f ${kilobytes}; exec "$@"`,
    'bash',
    process.execPath,
    fileURLToPath(program),
    ...args,
  ]);
}

function start(command: string, args: string[]): Child {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** The first line that the program prints. */
export async function firstLine(child: Child): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
  }
  throw new Error(`the fixture ended without a line: ${text}`);
}

/** Exit code or signal. */
export async function ended(child: Child): Promise<number | string> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode ?? '';
  const [code, signal] = await once(child, 'exit');
  return code ?? signal;
}
