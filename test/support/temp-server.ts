import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { readHolder } from '../../actors/sqlite/lock.ts';
import { type CliOptions, CliProcess, type CliResult, runCli } from './run-cli.ts';

/** A home and a project of their own, with processes that run in them; `remove` ends and removes it all. */
export class TempHome {
  readonly root = mkdtempSync(join(tmpdir(), 'signalbox-home-'));
  readonly home = join(this.root, 'home');
  readonly project = join(this.root, 'project');
  #processes: CliProcess[] = [];

  constructor() {
    mkdirSync(this.home, { mode: 0o700 });
    mkdirSync(this.project);
  }

  start(args: string[], more: CliOptions = {}): CliProcess {
    const started = new CliProcess(args, {
      cwd: this.project,
      ...more,
      env: { SIGNALBOX_HOME: this.home, ...more.env },
    });
    this.#processes.push(started);
    return started;
  }

  /** `signalbox server` on a free port, once it says that it is ready. */
  async startServer(args: string[] = [], listen = '127.0.0.1:0'): Promise<CliProcess> {
    const server = this.start(['server', '--listen', listen, ...args]);
    await server.says('Ready.');
    return server;
  }

  run(args: string[], input?: string): Promise<CliResult> {
    const options = { cwd: this.project, env: { SIGNALBOX_HOME: this.home } };
    return runCli(args, input === undefined ? options : { ...options, input });
  }

  /** The address of the hub that runs here. */
  async hubUrl(): Promise<string> {
    return vi.waitFor(() => {
      const url = readHolder(join(this.home, 'hub.lock'))?.url;
      if (!url) throw new Error('no hub yet');
      return url;
    });
  }

  async remove(): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.stop()));
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
  }
}
