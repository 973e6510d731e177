import { jsonText, objectText } from './json-text.ts';

/** What became of a received frame: input `n` of `root` is the event made of it, sent to the actor at `path`. */
export interface FrameEvent {
  root: string;
  path: string;
  /** Ordinal of the input, as on the `← in` line that follows. */
  n: number;
  /** When the actor stamped the event, epoch milliseconds. */
  at: number;
  /** The id that the actor gave the event. */
  id: string;
}

// Also the escaped spellings, which JSON.parse reads as the same key.
const OWN_KEY = /"(?:_|\\u005[fF])"/;
const EMPTY = /^\{\s*\}$/;

/**
 * The JSON of a frame's line: the frame as on the wire, with one last key `_` when it became an event. A text is taken
 * as it is, so it must be one that parsed, or that we made; only line breaks between its tokens are taken out.
 * A peer's own `_` stays in the text but is overruled by ours, so that it cannot pose as a recorded event.
 */
export function frameText(wire: string | object, event: FrameEvent | undefined): string {
  const text = typeof wire === 'string' ? oneLine(wire) : objectText(wire);
  if (event === undefined && !OWN_KEY.test(text)) return text;
  const mark = event === undefined ? 'null' : jsonText(event);
  return `${text.slice(0, -1)}${EMPTY.test(text) ? '' : ','}"_":${mark}}`;
}

function oneLine(wire: string): string {
  if (wire.startsWith('{') && wire.endsWith('}') && !wire.includes('\n') && !wire.includes('\r')) return wire;
  try {
    return objectText(JSON.parse(wire));
  } catch {
    return JSON.stringify({ _unparseable: wire });
  }
}
