import { fileURLToPath } from 'node:url';
import type { BenchHome } from './bench-home.ts';
import type { BenchProcess } from './bench-process.ts';

const SCRIPT = fileURLToPath(new URL('./read-inspector.ts', import.meta.url));

/** A reader of an inspector that comes and goes, in a process of its own, so that its work is not the client's. */
export class AttachedReader {
  readonly #url: string;
  readonly #key: string;
  readonly #home: BenchHome;
  #process: BenchProcess | null = null;

  private constructor(url: string, key: string, home: BenchHome) {
    this.#url = url;
    this.#key = key;
    this.#home = home;
  }

  /** Of the address that a server printed. */
  static async of(printed: string, home: BenchHome): Promise<AttachedReader> {
    const { origin, hash } = new URL(printed);
    const headers = { authorization: `Bearer ${hash.slice(1)}` };
    const opened = await fetch(`${origin}/open`, { method: 'POST', headers });
    return new AttachedReader(`${origin}/data`, await opened.text(), home);
  }

  /** Resolves when it has read all that there is. */
  async attach(): Promise<void> {
    if (this.#process) return;
    this.#process = this.#home.run(SCRIPT, [this.#url], { env: { INSPECTOR_KEY: this.#key } });
    await this.#process.says(/^Read\./m);
  }

  async detach(): Promise<void> {
    await this.#process?.stop();
    this.#process = null;
  }
}
