import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** What a process that counts its crash points is told. */
export interface Armed {
  /** Another one begins to count anew. */
  id: string;
  /** At which point, from 0; null: at none, they are only counted. */
  at: number | null;
  signal: 'SIGKILL' | 'SIGSTOP';
}

/** The crash points of one process: it gives itself a signal just before it passes one (count-points.ts). */
export class CrashPoint {
  /** What the process is given as `CRASH_POINTS`. */
  readonly path: string;
  #at: number | null = null;
  #ids = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Counts from now on, in the process that runs or in the one that is started next. */
  arm(at: number | null, signal: Armed['signal'] = 'SIGKILL'): void {
    this.disarm();
    rmSync(`${this.path}.passed`, { force: true });
    this.#at = at;
    this.#ids += 1;
    const armed: Armed = { id: String(this.#ids), at, signal };
    writeFileSync(`${this.path}.next`, JSON.stringify(armed));
    renameSync(`${this.path}.next`, `${this.path}.armed`);
  }

  disarm(): void {
    rmSync(`${this.path}.armed`, { force: true });
  }

  /** What was about to happen at each point that was reached since it was armed; also after it was disarmed. */
  passed(): string[] {
    if (!existsSync(`${this.path}.passed`)) return [];
    return readFileSync(`${this.path}.passed`, 'utf8').split('\n').filter(Boolean);
  }

  /** Whether the process was given its signal. */
  get isReached(): boolean {
    return this.#at !== null && this.passed().length > this.#at;
  }
}
