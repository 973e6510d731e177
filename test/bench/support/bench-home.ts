import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchProcess, type ProcessOptions } from './bench-process.ts';

export const TOKEN = 'token-of-the-bench';

const REMOVE_TRIES = 20;
const REMOVE_PAUSE_MS = 50;

/** A home, a project and a compile cache of their own, in a new folder. */
export class BenchHome {
  readonly root: string;
  readonly home: string;
  readonly project: string;
  readonly #entry: string;
  /** Its temporary folder, in which the program keeps its compile cache. */
  readonly temporary: string;
  readonly #running: BenchProcess[] = [];

  constructor(entry: string, under: string = tmpdir()) {
    this.#entry = entry;
    this.root = mkdtempSync(join(under, 'signalbox-bench-'));
    this.home = join(this.root, 'home');
    this.project = join(this.root, 'project');
    this.temporary = join(this.root, 'tmp');
    for (const folder of [this.home, this.project, this.temporary]) mkdirSync(folder, { mode: 0o700 });
    process.once('exit', this.#abandon);
  }

  /** `signalbox …` in this home. */
  start(args: string[], options: Partial<ProcessOptions> = {}): BenchProcess {
    return this.run(this.#entry, args, {
      cwd: this.project,
      ...options,
      env: { SIGNALBOX_HOME: this.home, SIGNALBOX_TOKEN: TOKEN, TMPDIR: this.temporary, ...options.env },
    });
  }

  /** Any other program, such as a bare limit, that ends with this home at the latest. */
  run(script: string, args: string[], options: Partial<ProcessOptions> = {}): BenchProcess {
    const started = new BenchProcess(script, args, { cwd: this.root, ...options });
    this.#running.push(started);
    return started;
  }

  /** `signalbox server` with its own hub on a free port, once it is ready. */
  async server(args: string[] = [], options: Partial<ProcessOptions> = {}): Promise<BenchProcess> {
    const server = this.start(['server', '--env-name', 'bench', '--listen', '127.0.0.1:0', ...args], options);
    await server.says(/^Ready\./m);
    return server;
  }

  /** `signalbox hub` on a free port, once it is ready. */
  async hub(options: Partial<ProcessOptions> = {}, listen = '127.0.0.1:0'): Promise<BenchProcess> {
    const hub = this.start(['hub', '--listen', listen], options);
    await hub.says(/^Ready\./m);
    return hub;
  }

  /** The address of the hub that runs in this home. */
  get url(): string {
    return (JSON.parse(readFileSync(join(this.home, 'hub.lock'), 'utf8')) as { url: string }).url;
  }

  async remove(): Promise<void> {
    await Promise.all(this.#running.map((one) => one.stop()));
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
    process.off('exit', this.#abandon);
  }

  /** The bench ends in the middle of a row, and nothing can be awaited any more. */
  readonly #abandon = (): void => {
    for (const one of this.#running) one.kill();
    for (let tries = 0; tries < REMOVE_TRIES && existsSync(this.root); tries += 1) {
      // Those killed may still write for a moment.
      if (tries > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, REMOVE_PAUSE_MS);
      try {
        rmSync(this.root, { recursive: true, force: true });
      } catch {}
    }
  };
}

/** Runs `work` with a new home and removes it afterwards, whatever happens. */
export async function inHome<T>(
  entry: string,
  work: (home: BenchHome) => Promise<T>,
  under?: string,
): Promise<T> {
  const home = new BenchHome(entry, under);
  try {
    return await work(home);
  } finally {
    await home.remove();
  }
}
