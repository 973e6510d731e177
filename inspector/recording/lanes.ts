import type { RecordedLine } from '../../src/replay/recorded-line.ts';
import { eventText, eventTypeOf, rootOfLine } from './line-text.ts';

/** The lane of all that is not of the root: other roots, the host, the network. */
const OUTSIDE = 'outside';

/** One arrow of the sequence chart. */
export interface Message {
  /** Of its line: how many lines have been gone through when it happened. */
  position: number;
  from: string;
  to: string;
  /** The lanes it leads from and to, from 0. */
  fromLane: number;
  toLane: number;
  text: string;
}

/**
 * The borders of a root as a sequence chart: who said what to whom, as far as it was recorded. What comes and goes, such
 * as the calls of a turn, takes the lane of one of its kind that is over, so that there are as many lanes as work at once.
 */
export class Lanes {
  readonly messages: Message[] = [];
  /** Who was in each lane, and from which position on. */
  readonly #lanes: { name: string; from: number }[][] = [];
  /** The lanes of each kind of actor. */
  readonly #ofKind = new Map<string, number[]>();
  readonly #taken = new Map<string, number>();

  constructor() {
    for (const name of [OUTSIDE, '.']) this.#laneOf(name, 0);
  }

  /** How many there are. */
  get count(): number {
    return this.#lanes.length;
  }

  /** Who is in the lanes at a position; in one that is empty who was there last, or will be first. */
  namesAt(position: number): string[] {
    return this.#lanes.map((all) => (all.findLast(({ from }) => from <= position) ?? all[0])?.name ?? '');
  }

  note(line: RecordedLine, position: number): void {
    const said = saidBy(line);
    if (said === undefined) return;
    if (line.verb === 'open') for (const name of [...this.#taken.keys()]) this.gone(name);
    const { from, to } = said;
    const [fromLane, toLane] = [this.#laneOf(from, position), this.#laneOf(to, position)];
    this.messages.push({ position, ...said, fromLane, toLane });
    if (line.verb === 'stop') this.gone(to);
    else if (/^xstate\.(?:done|error)\.actor\./.test(eventTypeOf(line) ?? '')) this.gone(from);
  }

  /** The actor is over, and its lane free for another one of its kind. */
  gone(name: string): void {
    if (name !== OUTSIDE && name !== '.') this.#taken.delete(name);
  }

  #laneOf(name: string, position: number): number {
    const own = this.#taken.get(name);
    if (own !== undefined) return own;
    const kind = name.replace(/:[^/]+/g, ':');
    const known = this.#ofKind.get(kind) ?? [];
    this.#ofKind.set(kind, known);
    const inUse = new Set(this.#taken.values());
    const free = known.find((lane) => !inUse.has(lane));
    const lane = free ?? this.#lanes.push([]) - 1;
    if (free === undefined) known.push(lane);
    this.#taken.set(name, lane);
    this.#lanes[lane]?.push({ name, from: position });
    return lane;
  }
}

function saidBy(line: RecordedLine): Pick<Message, 'from' | 'to' | 'text'> | undefined {
  if (rootOfLine(line) === null) return undefined;
  const { verb, json } = line;
  const path = String(json.path);
  const text = eventText(eventTypeOf(line) ?? verb);
  switch (verb) {
    case 'open':
      return { from: OUTSIDE, to: '.', text: 'opens' };
    case 'in':
      return { from: typeof json.from === 'string' ? json.from : OUTSIDE, to: String(json.to), text };
    case 'run':
      return { from: above(path), to: path, text: 'starts' };
    case 'stop':
      return { from: above(path), to: path, text: 'stops' };
    case 'out':
      return { from: above(path), to: path, text };
    case 'emit':
      return { from: path, to: OUTSIDE, text };
    case 'timer':
      return { from: OUTSIDE, to: '.', text: `after ${json.ms} ms` };
    default:
      return undefined;
  }
}

/** Who started an actor speaks to it. */
function above(path: string): string {
  const at = path.lastIndexOf('/');
  return at === -1 ? '.' : path.slice(0, at);
}
