import type { RecordedLine } from '../../src/replay/recorded-line.ts';
import { shortPath } from './actor-name.ts';

/** The type of the event or frame of a line; null when it has none. */
export function eventTypeOf({ json }: Pick<RecordedLine, 'json'>): string | null {
  const { event, type } = json as { event?: { type?: unknown }; type?: unknown };
  const found = event?.type ?? type;
  return typeof found === 'string' ? found : null;
}

/** The root that a line is of; null for frames and what concerns the session. */
export function rootOfLine({ json }: Pick<RecordedLine, 'json'>): string | null {
  return typeof json.root === 'string' ? json.root : null;
}

/** The actor of its root that a line is about. */
export function pathOfLine({ json }: Pick<RecordedLine, 'json'>): string {
  const { to, path } = json;
  return typeof to === 'string' ? to : typeof path === 'string' ? path : '.';
}

/** The type of an event for people: `commit done` for what XState says of an actor that is done. */
export function eventText(type: string): string {
  return type.replace(/^xstate\.(done|error)\.actor\.(.+)$/, (_, how, id) =>
    how === 'done' ? `${id} done` : `${id} failed`,
  );
}

/** A line in a few words: what happened, and to whom, unless it is the root itself. */
export function lineSummary(line: RecordedLine): string {
  const { verb, json } = line;
  const type = eventTypeOf(line);
  const short = type && eventText(type);
  const path = shortPath(String(json.path));
  switch (verb) {
    case 'in':
      return json.to === '.' ? `${short}` : `${short} → ${shortPath(String(json.to))}`;
    case 'out':
      return `${short} → ${path}`;
    case 'run':
      return `starts ${path}`;
    case 'stop':
      return `stops ${path}`;
    case 'emit':
      return json.path === '.' ? `${short}` : `${short} told by ${path}`;
    case 'timer':
      return `timer ${json.n} after ${json.ms} ms`;
    case 'open':
      return json.root ? `opens ${json.machine}` : `session ${json.session}`;
    default:
      return short ?? verb;
  }
}
