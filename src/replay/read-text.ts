import { parseLine } from '../log/line.ts';
import type { LogEntry } from '../log/reader.ts';

/**
 * The lines of a log that is at hand as text, such as in a page; `from` is the number of the first one. A last line
 * without its end is a torn one.
 */
export function readText(text: string, file = '', from = 1): LogEntry[] {
  const lines = text.split('\n');
  const last = lines.pop();
  const entries = lines.map((line, index) => entryOf(line, index + from, file, false));
  if (last) entries.push(entryOf(last, lines.length + from, file, true));
  return entries;
}

function entryOf(text: string, line: number, file: string, isLast: boolean): LogEntry {
  const parsed = parseLine(text);
  if (parsed.ok) return { ok: true, file, line, ...parsed.line };
  return { ok: false, file, line, reason: parsed.reason, torn: isLast, text };
}
