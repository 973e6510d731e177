import { closeSync, openSync, writeSync } from 'node:fs';

/** One thing that was done or seen. `at` is milliseconds since the run began. */
export interface Line {
  at: number;
  /** Who did or saw it. */
  who: string;
  what: string;
  more: string;
}

/** Everything that was done and seen, so that what went wrong can be told from its beginning. */
export class Story {
  readonly path: string;
  #file: number | null;
  readonly #lines: Line[] = [];
  readonly #began = performance.now();
  readonly #echo: ((text: string) => void) | null;

  constructor(path: string, echo: ((text: string) => void) | null) {
    this.path = path;
    this.#file = openSync(path, 'a', 0o600);
    this.#echo = echo;
  }

  get now(): number {
    return performance.now() - this.#began;
  }

  tell(who: string, what: string, more: unknown = ''): void {
    const line = { at: this.now, who, what, more: typeof more === 'string' ? more : JSON.stringify(more) };
    this.#lines.push(line);
    if (this.#file !== null) writeSync(this.#file, `${format(line)}\n`);
    if (who === 'chaos') this.#echo?.(format(line));
  }

  /** What was told about any of these names, and every fault between its first and last line. */
  about(names: readonly string[]): string[] {
    const isMeant = (line: Line): boolean => names.some((name) => line.more.includes(name));
    const first = this.#lines.findIndex(isMeant);
    const last = this.#lines.findLastIndex(isMeant);
    if (first === -1) return [];
    return this.#lines
      .slice(first, last + 1)
      .filter((line) => line.who === 'chaos' || isMeant(line))
      .map(format);
  }

  /** Forgets what was told so far; the file keeps it. */
  forget(): void {
    this.#lines.length = 0;
  }

  /** What is told from now on is not written any more. */
  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

const format = ({ at, who, what, more }: Line): string =>
  `${(at / 1000).toFixed(3).padStart(9)} ${who.padEnd(24)} ${what}${more ? ` ${more}` : ''}`;
