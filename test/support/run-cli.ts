import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const ENTRY = join(import.meta.dirname, '..', '..', 'bin', 'signalbox.js');

export interface CliOptions {
  cwd?: string;
  env?: Record<string, string>;
  input?: string;
  /** The command that is run in its place, such as one that first sets a limit. */
  by?: (command: string[]) => string[];
}

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `signalbox` as a process of its own. */
export class CliProcess {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly ended: Promise<CliResult>;
  #changed = new Set<() => void>();

  constructor(args: string[], { cwd, env, input, by = (command) => command }: CliOptions = {}) {
    const [file = '', ...words] = by([process.execPath, ENTRY, ...args]);
    this.child = spawn(file, words, {
      cwd,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    if (input !== undefined) this.child.stdin?.end(input);
    for (const name of ['stdout', 'stderr'] as const)
      this.child[name]?.setEncoding('utf8').on('data', (text: string) => {
        this[name] += text;
        for (const look of this.#changed) look();
      });
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code) => {
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
        for (const look of this.#changed) look();
      });
    });
  }

  /** Waits until the process has written it; fails when the process ends before. */
  async says(text: string | RegExp): Promise<void> {
    const isThere = () => {
      const all = this.stdout + this.stderr;
      return typeof text === 'string' ? all.includes(text) : text.test(all);
    };
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        const over = this.child.exitCode !== null || this.child.signalCode !== null;
        if (!isThere() && !over) return;
        this.#changed.delete(look);
        if (isThere()) resolve();
        else reject(new Error(`ended without saying ${text}:\n${this.stdout}\n${this.stderr}`));
      };
      this.#changed.add(look);
      look();
    });
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<CliResult> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.ended;
  }
}

export const runCli = (args: string[], options?: CliOptions): Promise<CliResult> =>
  new CliProcess(args, options).ended;
