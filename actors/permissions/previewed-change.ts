import type { JsonObject } from '../../machines/ports.ts';
import { replaceText } from '../tools/replace-text.ts';
import type { JudgedCall } from './judged-call.ts';
import { previewedFile } from './previewed-file.ts';

/** The text of a file before and after a call; `problem` is a whole sentence. */
export type PreviewedChange =
  | { kind: 'texts'; before: string; after: string }
  | { kind: 'large' }
  | { kind: 'unpreviewable'; problem: string };

type After = { kind: 'bytes'; bytes: Buffer } | Exclude<PreviewedChange, { kind: 'texts' }>;

const NOTHING = Buffer.alloc(0);

/** What a Write or Edit would make of the file at `path`; neither text is longer than `limit` bytes. */
export async function previewedChange(
  call: JudgedCall,
  path: string,
  limit: number,
): Promise<PreviewedChange> {
  const file = await previewedFile(path, limit);
  if (file.kind === 'large') return file;
  if (file.kind === 'unreadable') return unpreviewable(`${path} ${file.problem}.`);

  const before = file.kind === 'bytes' ? file.bytes : null;
  const after: After =
    call.name === 'Edit'
      ? edited(call.args, path, before, limit)
      : { kind: 'bytes', bytes: Buffer.from(String(call.args.content)) };
  if (after.kind !== 'bytes') return after;
  if (after.bytes.length > limit) return { kind: 'large' };
  return textsOf(path, before ?? NOTHING, after.bytes);
}

function edited(args: JsonObject, path: string, before: Buffer | null, limit: number): After {
  const oldText = String(args.old_string);
  const newText = String(args.new_string);
  const expected = typeof args.expected_replacements === 'number' ? args.expected_replacements : undefined;
  const all = args.replace_all === true;
  if (oldText === newText) return unpreviewable('old_string and new_string are equal.');
  if (oldText === '') {
    if (before === null || before.length === 0) return { kind: 'bytes', bytes: Buffer.from(newText) };
    return unpreviewable(`old_string is empty, but ${path} is not.`);
  }
  if (before === null) return unpreviewable(`${path} does not exist.`);
  // A long text put into many places need not fit into memory.
  if (all || expected !== undefined) {
    const places = before.toString('latin1').split(Buffer.from(oldText).toString('latin1')).length - 1;
    if (places * Buffer.byteLength(newText) > limit) return { kind: 'large' };
  }
  const replaced = replaceText(before, { oldText, newText, all, expected });
  return replaced.ok
    ? { kind: 'bytes', bytes: replaced.bytes }
    : unpreviewable(`${path}: ${replaced.reason}`);
}

function textsOf(path: string, before: Buffer, after: Buffer): PreviewedChange {
  const texts = [before, after].map(decode);
  const [first, second] = texts;
  if (first === undefined || second === undefined) return unpreviewable(`${path} is binary.`);
  return { kind: 'texts', before: first, after: second };
}

function decode(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function unpreviewable(problem: string) {
  return { kind: 'unpreviewable', problem } as const;
}
