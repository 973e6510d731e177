import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Edited = { ok: true; args: Record<string, unknown> } | { ok: false; error: string };

/** Reads arguments that a person wrote. */
export function readArguments(text: string): Edited {
  try {
    const args: unknown = JSON.parse(text);
    if (typeof args === 'object' && args !== null && !Array.isArray(args))
      return { ok: true, args: args as Record<string, unknown> };
    return { ok: false, error: 'arguments are a JSON object' };
  } catch (error) {
    return { ok: false, error: `that is no JSON: ${(error as Error).message}` };
  }
}

/** The editor of this person, if there is one: $VISUAL, else $EDITOR. */
export const editorOf = (env: NodeJS.ProcessEnv): string | null => env.VISUAL || env.EDITOR || null;

/** Opens the arguments as JSON in an editor and waits until it is closed. */
export async function editInEditor(editor: string, args: Record<string, unknown>): Promise<Edited> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-edit-'));
  const file = join(folder, 'arguments.json');
  try {
    await writeFile(file, `${JSON.stringify(args, null, 2)}\n`, { mode: 0o600 });
    // $EDITOR may hold arguments of its own, as `code --wait`: a shell reads it, the file is passed beside.
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'edit', file], { stdio: 'inherit' });
    const code = await new Promise<number | null>((resolve) => {
      child.on('error', () => resolve(null));
      child.on('close', resolve);
    });
    if (code !== 0) return { ok: false, error: `the editor "${editor}" ended with ${code ?? 'an error'}` };
    return readArguments(await readFile(file, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
