import type { RecordedLine } from '../../src/replay/recorded-line.ts';

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

/** A line in a few words: what happened, and to whom. */
export function lineSummary(line: RecordedLine): string {
  const { verb, json } = line;
  const type = eventTypeOf(line);
  const short = type?.replace(/^xstate\.(done|error)\.actor\.(.+)$/, (_, how, id) =>
    how === 'done' ? `${id} done` : `${id} failed`,
  );
  switch (verb) {
    case 'in':
      return `${short} → ${json.to}`;
    case 'out':
      return `${short} → ${json.path}`;
    case 'run':
      return `starts ${json.path}`;
    case 'stop':
      return `stops ${json.path}`;
    case 'emit':
      return `${short} told by ${json.path}`;
    case 'timer':
      return `timer ${json.n} after ${json.ms} ms`;
    case 'open':
      return json.root ? `opens ${json.machine}` : `session ${json.session}`;
    default:
      return short ?? verb;
  }
}
