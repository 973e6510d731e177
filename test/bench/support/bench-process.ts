import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How long an orderly end may take. */
const STOP_LIMIT_MS = 10_000;

const PROBE = new URL('./probe.ts', import.meta.url).href;

export interface ProcessOptions {
  cwd: string;
  env?: Record<string, string>;
  /** Loads `probe.ts`, which tells the heap and the stalls of the event loop on request. It costs a little itself. */
  probed?: boolean;
}

/** What a probed process says of its memory after a collection, in bytes. */
export interface Heap {
  used: number;
  rss: number;
}

/** A Node program under measurement. Every one that was started is ended with `stop`. */
export class BenchProcess {
  readonly child: ChildProcess;
  readonly startedAt = performance.now();
  /** What it wrote so far. */
  text = '';
  readonly #changed = new Set<() => void>();
  readonly #ended: Promise<void>;

  constructor(script: string, args: string[], { cwd, env, probed = false }: ProcessOptions) {
    const flags = probed ? ['--expose-gc', '--import', PROBE] : [];
    this.child = spawn(process.execPath, [...flags, script, ...args], {
      cwd,
      // Where compiled code is kept is for the row to say, not for whoever runs the bench.
      env: { ...process.env, NODE_COMPILE_CACHE: undefined, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe', ...(probed ? (['ipc'] as const) : [])],
    });
    const hear = (part: string): void => {
      this.text += part;
      for (const look of this.#changed) look();
    };
    this.child.stdout?.setEncoding('utf8').on('data', hear);
    this.child.stderr?.setEncoding('utf8').on('data', hear);
    this.#ended = new Promise((resolve) => this.child.on('close', () => resolve()));
    void this.#ended.then(() => hear(''));
  }

  /** Resolves with what `pattern` matched in its output; rejects when it ends without. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(this.text);
        if (!found && !this.#isOver) return;
        this.#changed.delete(look);
        if (found) resolve(found);
        else reject(new Error(`ended without saying ${pattern}:\n${this.text}`));
      };
      this.#changed.add(look);
      look();
    });
  }

  /** Resident memory now, in bytes. */
  rss(): number {
    const [, kilobytes] =
      /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  }

  /** Collects garbage in it and tells what is left. Only of one that is probed. */
  heap(): Promise<Heap> {
    return this.#ask('heap') as Promise<Heap>;
  }

  /** For how long its event loop served nobody at the longest since this was last asked, in milliseconds. Probed only. */
  longestStall(): Promise<number> {
    return this.#ask('stall') as Promise<number>;
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.#isOver) return this.#ended;
    this.child.kill(signal);
    const late = setTimeout(() => this.kill(), STOP_LIMIT_MS);
    await this.#ended;
    clearTimeout(late);
  }

  /** At once and without waiting, for the end of the bench itself. */
  kill(): void {
    if (!this.#isOver) this.child.kill('SIGKILL');
  }

  get #isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  #ask(what: 'heap' | 'stall'): Promise<unknown> {
    return new Promise((resolve, reject) => {
      void this.#ended.then(() => reject(new Error(`ended before it told its ${what}:\n${this.text}`)));
      this.child.once('message', resolve);
      this.child.send(what);
    });
  }
}
