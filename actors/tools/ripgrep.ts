import { createMask } from '../secrets/mask.ts';
import { createEntries } from './entries.ts';
import type { SearchPlace } from './search-place.ts';
import type { ToolContext } from './tool.ts';

/** A search that takes longer is stopped. */
export const SEARCH_LIMIT_MS = 60_000;

/** `complete` is false when the search was stopped: enough was found, or it took too long. */
export type SearchEnd = { ok: true; complete: boolean } | { ok: false; reason: string } | 'cancelled';

export interface Search {
  args: string[];
  /** What ends an entry of the output. */
  separator: '\n' | '\0';
  /** Longer entries are cut to so many characters, and say so. */
  longest: number;
  /** Is given every entry, masked; false means: enough. */
  onEntry(entry: string): boolean;
}

/** Runs ripgrep, the one that came with us or else the one of the system, without the person's own settings. */
export async function ripgrep(place: SearchPlace, search: Search, context: ToolContext): Promise<SearchEnd> {
  const options = ['--no-config', '--color=never', '--no-messages', ...search.args, ...place.leftOut];
  if (options.some((option) => option.includes('\0')))
    return { ok: false, reason: 'A NUL cannot be searched for.' };
  const { execa } = await import('execa');
  const tooLong = AbortSignal.timeout(SEARCH_LIMIT_MS);
  const child = execa(await ripgrepPath(), [...options, '--', place.argument], {
    cwd: place.directory,
    env: context.env,
    extendEnv: false,
    stdin: 'ignore',
    buffer: { stdout: false },
    maxBuffer: { stderr: 100_000 },
    reject: false,
    killDescendants: true,
    cancelSignal: AbortSignal.any([context.signal, tooLong]),
  });
  let enough = false;
  const entries = createEntries(search.separator, search.longest, (entry) => {
    enough ||= !search.onEntry(entry);
  });
  const decoder = new TextDecoder();
  const mask = createMask(context.secrets);
  try {
    for await (const bytes of child.stdout as AsyncIterable<Uint8Array>) {
      entries.push(mask.push(decoder.decode(bytes, { stream: true })));
      // Leaving the loop closes the pipe, and that ends ripgrep.
      if (enough) break;
    }
    entries.push(mask.push(decoder.decode()) + mask.flush());
    if (!enough) entries.finish();
  } catch {
    // The pipe breaks when the search is stopped; the end of the process says why.
  }
  const { exitCode, stderr, code, originalMessage } = await child;
  if (context.signal.aborted) return 'cancelled';
  if (enough || tooLong.aborted) return { ok: true, complete: false };
  if (code === 'ENOENT') return { ok: false, reason: 'ripgrep (rg) was not found; install it.' };
  // It ends with 2 also when there was a file it could not read; then it says nothing.
  if (exitCode === 2 && stderr.trim() !== '') return { ok: false, reason: stderr.trim().slice(0, 2_000) };
  if (code !== undefined)
    return { ok: false, reason: `The search could not be started: ${originalMessage}.` };
  if (exitCode === undefined) return { ok: false, reason: originalMessage ?? 'ripgrep was ended' };
  return { ok: true, complete: true };
}

async function ripgrepPath(): Promise<string> {
  try {
    return (await import('@vscode/ripgrep')).rgPath;
  } catch {
    // The package for this platform was not installed.
    return 'rg';
  }
}
