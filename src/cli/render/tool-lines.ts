import type { ToolEntry } from '../../client/index.ts';
import { printable } from './printable.ts';

/** Lines of output that are shown of a call; the rest is counted. */
const MOST_LINES = 6;
const MOST_COLUMNS = 160;

/** The argument that says best what a call does. */
const MAIN_ARGUMENT: Record<string, string> = {
  Bash: 'command',
  Read: 'file_path',
  Write: 'file_path',
  Edit: 'file_path',
  Glob: 'pattern',
  Grep: 'pattern',
};

/** A call in one line: `Bash npm test`. Edited arguments are shown as what they are. */
export function toolTitle(tool: ToolEntry): string {
  const mark = tool.edited === null ? '' : ' (edited)';
  return `${tool.name || 'call'} ${describeArguments(tool.name, tool.edited ?? tool.arguments)}${mark}`.trim();
}

/** The arguments of a call in one line. `text` is JSON, possibly cut off. */
function describeArguments(name: string, text: string): string {
  const args = parse(text);
  const main = args?.[MAIN_ARGUMENT[name] ?? ''];
  return oneLine(typeof main === 'string' ? main : args && Object.keys(args).length === 0 ? '' : text);
}

/** How a call ended, in a word. */
export const toolState = (tool: ToolEntry): string => HOW[tool.state] ?? tool.state;

/** How a call ended, in few lines. */
export function toolResultLines(tool: ToolEntry): string[] {
  const lines = printable(tool.output).trimEnd().split('\n');
  const shown = lines.slice(0, MOST_LINES).map((line) => clip(line));
  const more = lines.length - shown.length;
  const rest = more > 0 ? [`… ${more} more ${more === 1 ? 'line' : 'lines'}`] : [];
  const body = tool.output.trim() === '' ? [] : [...shown, ...rest];
  return [`${toolState(tool)}${body.length === 0 ? '' : ':'}`, ...body];
}

const HOW: Record<string, string> = {
  succeeded: 'done',
  failed: 'failed',
  denied: 'denied',
  cancelled: 'cancelled',
  unknown: 'outcome unknown',
};

const oneLine = (text: string): string => clip(printable(text).trim().replaceAll('\n', ' ⏎ '));
const clip = (line: string): string =>
  line.length > MOST_COLUMNS ? `${line.slice(0, MOST_COLUMNS - 1)}…` : line;

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
