/**
 * The grammar of the session log. A line is
 *
 *     [HH:MM:SS.mmm] <arrow> <verb> (<label>) <JSON>
 *
 * with one space between the parts and nothing after the JSON, which is one object without a line break.
 *
 * | line           | label                             | JSON                                                 |
 * | -------------- | --------------------------------- | ---------------------------------------------------- |
 * | `→ send`       | control, protocol, lifecycle      | the frame as it left                                 |
 * | `← recv`       | the same                          | the frame as it came; its last key `_` is ours       |
 * | `← in`         | model, tool, timer, store, actor  | `{root, to, from?, n, nested?, event}`               |
 * | `→ run`        | the same                          | `{root, path, src, input?}`                          |
 * | `→ out`        | the same                          | `{root, path, event}`                                |
 * | `→ stop`       | the same                          | `{root, path}`                                       |
 * | `→ emit`       | the same                          | `{root, path, event}`                                |
 * | `← timer`      | the same                          | `{root, n, ms}`                                      |
 * | `· open`       | lifecycle                         | of a session or a segment: `{format, date, zone, …}` |
 * |                |                                   | of a root: `{root, machine, input?, reopened?}`      |
 * | `· <any verb>` | lifecycle                         | what that verb tells                                 |
 *
 * Times are local and for people; order and ordinals are for replay.
 */
import type { JsonObject } from '../../machines/ports.ts';

export type FrameLabel = 'control' | 'protocol' | 'lifecycle';
export type ActorLabel = 'model' | 'tool' | 'timer' | 'store' | 'actor';
export type FrameVerb = 'send' | 'recv';
export type BorderVerb = 'in' | 'run' | 'out' | 'stop' | 'emit' | 'timer';
export type Arrow = '→' | '←' | '·';

export type LogLine =
  | { time: string; arrow: Arrow; verb: FrameVerb; label: FrameLabel; json: JsonObject }
  | { time: string; arrow: Arrow; verb: BorderVerb; label: ActorLabel; json: JsonObject }
  | { time: string; arrow: '·'; verb: string; label: 'lifecycle'; json: JsonObject };

export type ParsedLine = { ok: true; line: LogLine } | { ok: false; reason: string };

const ARROWS = new Map<string, Arrow>([
  ['send', '→'],
  ['recv', '←'],
  ['in', '←'],
  ['run', '→'],
  ['out', '→'],
  ['stop', '→'],
  ['emit', '→'],
  ['timer', '←'],
]);
const FRAME_LABELS: ReadonlySet<string> = new Set(['control', 'protocol', 'lifecycle']);
const ACTOR_LABELS: ReadonlySet<string> = new Set(['model', 'tool', 'timer', 'store', 'actor']);

const LINE = /^\[([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}\] ([→←·]) ([a-z][a-z0-9_]*) \(([a-z]+)\) /;

/** `time` is `HH:MM:SS.mmm`; `json` is the text of one object, without line breaks. No line break is added. */
export function formatLine(time: string, verb: string, label: FrameLabel | ActorLabel, json: string): string {
  return `[${time}] ${ARROWS.get(verb) ?? '·'} ${verb} (${label}) ${json}`;
}

/** Strict: whatever `formatLine` could not have written is refused, with the reason. */
export function parseLine(text: string): ParsedLine {
  const head = LINE.exec(text);
  if (head === null)
    return { ok: false, reason: 'does not begin with "[HH:MM:SS.mmm] <arrow> <verb> (<label>) "' };
  const [start, , arrow, verb = '', label = ''] = head;
  const expected = ARROWS.get(verb) ?? '·';
  if (arrow !== expected) return { ok: false, reason: `"${verb}" is written with ${expected}, not ${arrow}` };
  const labels =
    expected === '·' ? undefined : verb === 'send' || verb === 'recv' ? FRAME_LABELS : ACTOR_LABELS;
  if (labels === undefined ? label !== 'lifecycle' : !labels.has(label))
    return { ok: false, reason: `"${verb}" has no label "${label}"` };
  if (text.endsWith('\r'))
    return { ok: false, reason: 'ends in a carriage return, as after a conversion of line ends' };
  if (text[start.length] !== '{' || !text.endsWith('}') || text.includes('\n') || text.includes('\r'))
    return { ok: false, reason: 'does not end in one JSON object on the same line' };
  let json: JsonObject;
  try {
    json = JSON.parse(text.slice(start.length)) as JsonObject;
  } catch (error) {
    return { ok: false, reason: `damaged JSON: ${(error as Error).message}` };
  }
  return { ok: true, line: { time: text.slice(1, 13), arrow, verb, label, json } as LogLine };
}
