import type { JsonObject } from '../../../machines/ports.ts';

/** One line of a scenario; docs/replay.md has the words. */
export type Directive = { line: number } & (
  | { do: 'receive'; frame: JsonObject }
  | { do: 'expect' | 'forbid'; pattern: JsonObject }
  | { do: 'conversation'; id: string }
  | { do: 'at'; ms: number }
  | { do: 'judge'; tool: string; verdict: 'ask' | 'allow' | 'deny'; reason: string; limitMs: number | null }
  | { do: 'restart' }
  | { do: 'tool'; call: string | null; words: string }
  | { do: 'model' | 'store' | 'hub' | 'link'; words: string }
);

export type ParsedScenario =
  | { ok: true; directives: Directive[] }
  | { ok: false; line: number; reason: string };

type Read = { ok: true; directive: WithoutLine<Directive> } | { ok: false; reason: string };
type WithoutLine<D> = D extends unknown ? Omit<D, 'line'> : never;

/** Reads a scenario; the first line that it does not understand ends it. */
export function parseScenario(text: string): ParsedScenario {
  const directives: Directive[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const source = raw.trim();
    if (source === '' || source.startsWith('#')) continue;
    const read = readDirective(source);
    if (!read.ok) return { ok: false, line: index + 1, reason: read.reason };
    directives.push({ line: index + 1, ...read.directive } as Directive);
  }
  return { ok: true, directives };
}

function readDirective(source: string): Read {
  const frame = /^(<|>|!>)\s*(.*)$/.exec(source);
  if (frame) return readFrame(frame[1] ?? '', frame[2] ?? '');
  const actor = /^(model|tool|store|hub|link)(?:\s+(\S+))?:\s*(.*)$/.exec(source);
  if (actor) {
    const [, who = '', call, words = ''] = actor;
    if (who === 'tool') return { ok: true, directive: { do: 'tool', call: call ?? null, words } };
    if (call !== undefined) return { ok: false, reason: `"${who}:" takes no name, got "${call}"` };
    return { ok: true, directive: { do: who as 'model', words } };
  }
  const [word = '', ...rest] = source.split(/\s+/);
  switch (word) {
    case 'conversation':
      return rest[0]
        ? { ok: true, directive: { do: 'conversation', id: rest[0] } }
        : { ok: false, reason: '"conversation" needs an id' };
    case 'at':
      return readTime(rest.join(' '));
    case 'judge':
      return readJudge(rest);
    case 'restart':
      return { ok: true, directive: { do: 'restart' } };
    default:
      return { ok: false, reason: `"${word}" is no word of a scenario; docs/replay.md has the list` };
  }
}

function readFrame(sign: string, text: string): Read {
  try {
    const json = JSON.parse(text) as unknown;
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
      if (sign === '<') return { ok: true, directive: { do: 'receive', frame: json as JsonObject } };
      const what = sign === '>' ? 'expect' : 'forbid';
      return { ok: true, directive: { do: what, pattern: json as JsonObject } };
    }
  } catch (error) {
    return { ok: false, reason: `is no JSON: ${(error as Error).message}` };
  }
  return { ok: false, reason: `"${sign}" is followed by one JSON object` };
}

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

function readTime(text: string): Read {
  const ms = milliseconds(text);
  if (ms === undefined)
    return { ok: false, reason: `"at ${text}" is no time; write for example "at 5s" or "at 2m"` };
  return { ok: true, directive: { do: 'at', ms } };
}

function milliseconds(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  return match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0) : undefined;
}

function readJudge([tool, verdict, ...rest]: string[]): Read {
  const words = rest.join(' ');
  const limitMs = verdict === 'ask' && words !== '' ? milliseconds(words) : null;
  if (tool === undefined || (verdict !== 'ask' && verdict !== 'allow' && verdict !== 'deny'))
    return { ok: false, reason: 'write "judge TOOL ask", "judge TOOL allow" or "judge TOOL deny REASON"' };
  if (limitMs === undefined) return { ok: false, reason: `"ask ${words}" is no time limit such as "ask 5m"` };
  return { ok: true, directive: { do: 'judge', tool, verdict, reason: words, limitMs } };
}
