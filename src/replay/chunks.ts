import { beginsProcess } from './entry-check.ts';
import type { RecordedLine } from './recorded-line.ts';

/**
 * One step of a root as it was recorded: what set it off, and what the machines said then until they rested. A replay
 * needs it whole, since an input that came from inside the step has to come in again at its place in it.
 */
export interface Chunk {
  root: string;
  /** `open`, or an input from outside: `in` or `timer`. */
  trigger: RecordedLine;
  /** In order: what the machines said, and the inputs that came from inside. */
  lines: RecordedLine[];
  /** How the root ended with this step. */
  end?: RecordedLine;
  /** The recording stops here without saying how the root ended, so the step may not be whole. */
  isCut: boolean;
}

/** What a line is to the replay of its root. */
export type Part = 'trigger' | 'said' | 'nested' | 'ended' | 'none';

export function partOf({ verb, json }: RecordedLine): Part {
  switch (verb) {
    case 'in':
      return json.nested === true ? 'nested' : 'trigger';
    case 'timer':
      return 'trigger';
    case 'run':
    case 'out':
    case 'stop':
    case 'emit':
      return 'said';
    case 'open':
      return typeof json.root === 'string' ? 'trigger' : 'none';
    case 'ended':
      return typeof json.root === 'string' ? 'ended' : 'none';
    default:
      return 'none';
  }
}

export function rootOf({ json }: RecordedLine): string | undefined {
  return typeof json.root === 'string' ? json.root : undefined;
}

/** Puts the lines of each root together to chunks. Roots are independent: their lines may stand mixed. */
export class ChunkBuilder {
  #open = new Map<string, Chunk>();

  /** Takes the next line. Returns the chunk that it completes. */
  feed(line: RecordedLine): Chunk | undefined {
    const part = partOf(line);
    if (part === 'none') return undefined;
    const root = rootOf(line) ?? '';
    const chunk = this.#open.get(root);
    if (part === 'trigger') {
      this.#open.set(root, { root, trigger: line, lines: [], isCut: true });
      // A root that opens anew has left no word of its end.
      if (chunk !== undefined) chunk.isCut = line.verb === 'open';
      return chunk;
    }
    if (chunk === undefined) return undefined;
    if (part !== 'ended') {
      chunk.lines.push(line);
      return undefined;
    }
    this.#open.delete(root);
    chunk.end = line;
    chunk.isCut = false;
    return chunk;
  }

  /** Those that wait for more lines. */
  get open(): Iterable<Chunk> {
    return this.#open.values();
  }

  /** Gives back what is open of one root. */
  drop(root: string): Chunk | undefined {
    const chunk = this.#open.get(root);
    this.#open.delete(root);
    return chunk;
  }

  /** The recording ends, or a new process begins: all that is open. */
  end(): Chunk[] {
    const open = [...this.#open.values()];
    this.#open.clear();
    return open;
  }
}

/** All chunks of lines that are at hand. What a process had open when the next one begins ends there. */
export function chunksOf(lines: readonly RecordedLine[]): Chunk[] {
  const builder = new ChunkBuilder();
  const chunks = lines.flatMap((line) => {
    const before = beginsProcess(line) ? builder.end() : [];
    const complete = line.verb === 'record_failed' ? builder.drop(rootOf(line) ?? '') : builder.feed(line);
    return complete === undefined ? before : [...before, complete];
  });
  return [...chunks, ...builder.end()];
}
