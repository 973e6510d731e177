import { stat } from 'node:fs/promises';
import { readRegularFile } from '../tools/regular-file.ts';

type PreviewedFile =
  | { kind: 'bytes'; bytes: Buffer }
  | { kind: 'missing' }
  | { kind: 'large' }
  | { kind: 'unreadable'; problem: string };

/** What is in the file before the call, at most `limit` bytes. Never waits on a pipe, never rejects. */
export async function previewedFile(path: string, limit: number): Promise<PreviewedFile> {
  try {
    if ((await stat(path)).size > limit) return { kind: 'large' };
    const content = await readRegularFile(path);
    if (!content.ok) return { kind: 'unreadable', problem: content.reason };
    return content.bytes.length > limit ? { kind: 'large' } : { kind: 'bytes', bytes: content.bytes };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { kind: 'missing' };
    return { kind: 'unreadable', problem: `cannot be read (${code})` };
  }
}
