import { readBundled } from '../../log/bundle/open-bundle.ts';
import type { LogEntry } from '../../log/reader.ts';
import { readRecording } from '../../replay/read-recording.ts';
import { usageError } from '../cli-error.ts';
import { bundleIn, nameOf, oneSessionOf, othersHint, sessionsOf } from './bundled-sessions.ts';

/** One recording: the files that were named, or a session of a bundle. */
export interface RecordingSource {
  /** Its files; of a bundle `host/2026-…`. */
  name: string;
  entries(): AsyncIterable<LogEntry>;
}

/**
 * What the named files hold: one recording, or each session of a bundle, which are of different machines and hubs. With
 * `one`, that of a bundle to begin with, and what else there is.
 */
export async function recordingSources(
  files: readonly string[],
  session: string | undefined,
): Promise<{ all: RecordingSource[]; one: RecordingSource; hint?: string; isBundle: boolean }> {
  const bundles = await Promise.all(files.map(bundleIn));
  const at = bundles.findIndex((each) => each !== undefined);
  const bundle = bundles[at];
  if (bundle === undefined) {
    if (session !== undefined)
      throw usageError('--session chooses in a bundle; a session of this machine is named as a FILE');
    const one = { name: files.join(', '), entries: () => linesOf(files) };
    return { all: [one], one, isBundle: false };
  }
  if (files.length > 1) throw usageError(`${files[at]} is a bundle; name it alone`);
  const chosen = oneSessionOf(bundle, session);
  const hint = session === undefined ? othersHint(bundle, chosen) : undefined;
  const sourceOf = (each: typeof chosen) => ({
    name: nameOf(each),
    entries: () => readBundled(bundle, each),
  });
  return {
    all: sessionsOf(bundle, session).map(sourceOf),
    one: sourceOf(chosen),
    ...(hint ? { hint } : {}),
    isBundle: true,
  };
}

/** Hands over line by line, as long as they are taken. What holds no line of a log is refused. */
export async function readInto(
  { name, entries }: RecordingSource,
  take: (entry: LogEntry) => boolean,
): Promise<void> {
  let isLog = false;
  try {
    for await (const entry of entries()) {
      // Of a log that is cut off, a first line is there: it is written before anything else happens.
      isLog ||= entry.ok || !entry.torn;
      if (!take(entry)) break;
    }
  } catch (error) {
    const { code, path, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw usageError(`${path ?? name} cannot be read: ${message}`);
  }
  if (!isLog) throw usageError(`${name} holds no line of a session log`);
}

function linesOf(files: readonly string[]): AsyncIterable<LogEntry> {
  const [only] = files;
  return files.length === 1 && only !== undefined ? readRecording(only) : linesOfAll(files);
}

async function* linesOfAll(files: readonly string[]): AsyncGenerator<LogEntry, void, undefined> {
  for (const file of files) yield* readRecording(file);
}
