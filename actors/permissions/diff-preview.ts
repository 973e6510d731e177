import { structuredPatch } from 'diff';
import type { DiffHunk, DiffLine, DiffPreview } from '../../machines/ports.ts';
import type { Secrets } from '../secrets/known-secrets.ts';
import { maskText } from '../secrets/mask.ts';
import { below, contains } from './contains.ts';
import type { JudgedCall } from './judged-call.ts';
import { type PreviewedChange, previewedChange } from './previewed-change.ts';

const MAX_BYTES = 1_000_000;
const MAX_CHANGED_LINES = 2000;
// Comparing holds up every other conversation, and two texts without a line in common take long.
const MAX_COMPARE_MS = 100;
const CONTEXT_LINES = 3;

/**
 * What a Write or Edit would change. A preview travels to every client and into the log: secrets in it are
 * masked, and with `hidden` nothing of the file is read.
 */
export async function diffsFor(call: JudgedCall, secrets: Secrets, hidden: boolean): Promise<DiffPreview[]> {
  const path = call.real[0];
  if (call.class !== 'editing' || path === undefined) return [];
  const fileName = contains(call.realCwd, path) ? below(call.realCwd, path) : path;
  if (hidden) return [without(fileName, 'The content of a protected place is not shown.')];
  return [previewOf(fileName, await previewedChange(call, path, MAX_BYTES), secrets)];
}

function previewOf(fileName: string, change: PreviewedChange, secrets: Secrets): DiffPreview {
  if (change.kind === 'unpreviewable') return without(fileName, change.problem);
  if (change.kind === 'large') return tooLarge(fileName, `More than ${MAX_BYTES} bytes.`);
  const hunks = hunksOf(change.before, change.after, secrets);
  if (hunks !== undefined) return { mode: 'advanced', fileName, hunks };
  return tooLarge(fileName, `More than ${MAX_CHANGED_LINES} changed lines, or too much to compare.`);
}

function hunksOf(before: string, after: string, secrets: Secrets): DiffHunk[] | undefined {
  const options = { context: CONTEXT_LINES, maxEditLength: MAX_CHANGED_LINES, timeout: MAX_COMPARE_MS };
  const patch = structuredPatch('', '', before, after, undefined, undefined, options);
  return patch?.hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) => ({
    oldStart,
    oldLines,
    newStart,
    newLines,
    lines: lines.flatMap((line) => diffLine(line, secrets)),
  }));
}

const LINE_TYPES = new Map<string, DiffLine['type']>([
  [' ', 'context'],
  ['+', 'add'],
  ['-', 'remove'],
]);

// A line with another mark says that the text does not end in a line end; the wire has no word for it.
function diffLine(line: string, secrets: Secrets): DiffLine[] {
  const type = LINE_TYPES.get(line[0] ?? '');
  return type === undefined ? [] : [{ type, content: maskText(secrets, line.slice(1)) }];
}

function tooLarge(fileName: string, reason: string): DiffPreview {
  return { mode: 'fallback', fileName, reason };
}

function without(fileName: string, reason: string): DiffPreview {
  return { mode: 'unpreviewable', fileName, reason };
}
