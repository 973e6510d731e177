import { readFileSync } from 'node:fs';
import { CliProcess } from '../../support/run-cli.ts';

export interface NodeOptions {
  args: string[];
  cwd: string;
  env: Record<string, string>;
  /** Called with all it has written so far, whenever it writes. */
  onOutput?(text: string): void;
}

/** One of the processes of a house: started, killed, frozen and started again, always with the same home. */
export class HouseNode {
  readonly name: string;
  /** How often it was started. */
  starts = 0;
  readonly #options: NodeOptions;
  #process: CliProcess | null = null;
  #isFrozen = false;
  /** An end that nobody here wished for. */
  readonly #onDeath: (text: string) => void;

  constructor(name: string, options: NodeOptions, onDeath: (text: string) => void) {
    this.name = name;
    this.#options = options;
    this.#onDeath = onDeath;
  }

  get isRunning(): boolean {
    return this.#process !== null;
  }

  get pid(): number | null {
    return this.#process?.child.pid ?? null;
  }

  start(): CliProcess {
    if (this.#process) throw new Error(`${this.name} runs already`);
    const { args, cwd, env, onOutput } = this.#options;
    const started = new CliProcess(args, { cwd, env });
    this.starts += 1;
    this.#process = started;
    if (onOutput) started.child.stdout?.on('data', () => onOutput(started.stdout));
    void started.ended.then(({ code, stdout, stderr }) => {
      if (this.#process !== started) return;
      this.#process = null;
      this.#onDeath(`${this.name} ended by itself with ${code}\n${stdout}\n${stderr}`);
    });
    return started;
  }

  /** `kill -9`; resolves when it is gone. */
  async kill(): Promise<void> {
    const process = this.#process;
    if (!process) return;
    this.#process = null;
    this.#isFrozen = false;
    await process.stop('SIGKILL');
  }

  freeze(): void {
    this.#isFrozen = this.#process?.child.kill('SIGSTOP') ?? false;
  }

  thaw(): void {
    if (this.#isFrozen) this.#process?.child.kill('SIGCONT');
    this.#isFrozen = false;
  }

  /** Whether it stands still (Linux). */
  get isStopped(): boolean {
    return this.pid !== null && /^\d+ \(.*\) T/.test(readFileSync(`/proc/${this.pid}/stat`, 'utf8'));
  }

  /** After it has stopped itself. */
  goOn(): void {
    this.#process?.child.kill('SIGCONT');
  }

  /** SIGTERM; resolves with what it ended with. */
  async stop(): Promise<{ code: number | null; stderr: string }> {
    const process = this.#process;
    if (!process) return { code: null, stderr: 'it was not running' };
    this.#process = null;
    this.thaw();
    return process.stop('SIGTERM');
  }
}
