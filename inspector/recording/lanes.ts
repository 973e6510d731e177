import type { RecordedLine } from '../../src/replay/recorded-line.ts';
import { eventTypeOf, rootOfLine } from './line-text.ts';

/** The lane of all that is not of the root: other roots, the host, the network. */
const OUTSIDE = 'outside';

/** One arrow of the sequence chart. */
export interface Message {
  /** Of its line: how many lines have been gone through when it happened. */
  position: number;
  from: string;
  to: string;
  text: string;
}

export interface Lanes {
  /** In the order in which they first speak. */
  names: string[];
  messages: Message[];
}

/** The borders of a root as a sequence chart: who said what to whom, as far as it was recorded. */
export function lanesOf(lines: readonly RecordedLine[], root: string): Lanes {
  const messages = lines.flatMap((line, index) => {
    const message = rootOfLine(line) === root ? messageOf(line) : undefined;
    return message ? [{ position: index + 1, ...message }] : [];
  });
  const names = new Set([OUTSIDE, '.']);
  for (const { from, to } of messages) names.add(from).add(to);
  return { names: [...names], messages };
}

function messageOf(line: RecordedLine): Omit<Message, 'position'> | undefined {
  const { verb, json } = line;
  const path = String(json.path);
  const text = eventTypeOf(line) ?? verb;
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
