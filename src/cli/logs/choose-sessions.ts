import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { listSessions, type SessionSegment, segmentsOf } from '../../log/list-sessions.ts';
import { readSegment } from '../../log/reader.ts';
import { parseSegmentName, startOf } from '../../log/session-files.ts';
import { CliError, usageError } from '../cli-error.ts';

/** A session that is to be packed. */
export interface ChosenSession {
  session: string;
  of: 'host' | 'hub' | null;
  started: string | null;
  alive: boolean;
  segments: SessionSegment[];
}

type Whose = 'host' | 'hub';

const FOLDERS: Record<Whose, string> = { host: 'remote', hub: 'hub' };
const whoses = Object.keys(FOLDERS) as Whose[];

/** The newest sessions of hosts and of hubs in this home, `count` of each, oldest first. */
export function newestSessions(home: string, count: number, whose: readonly Whose[]): ChosenSession[] {
  const chosen = whose.flatMap((of) =>
    listSessions(join(home, 'logs', FOLDERS[of]))
      .slice(-count)
      .map((files) => ({ ...files, of })),
  );
  if (chosen.length > 0) return chosen.sort((a, b) => (a.started < b.started ? -1 : 1));
  throw new CliError(`there is no log in ${join(home, 'logs')} yet. Start a host with: signalbox server`);
}

/** The session that a word means: the one that a file is of, or one of this home by its name or the beginning of it. */
export async function namedSession(word: string, home: string): Promise<ChosenSession> {
  const file = existsSync(word) ? resolve(word) : fileOf(word, home);
  const name = parseSegmentName(basename(file))?.session;
  const listed = listSessions(dirname(file)).find(({ session }) => session === name);
  const segments = segmentsOf(file);
  const written = await whoseLog(segments[0]?.file ?? file, word);
  const folder = whoses.find((whose) => dirname(file) === resolve(home, 'logs', FOLDERS[whose]));
  return {
    session: name ?? basename(file),
    started: name === undefined ? null : startOf(name),
    alive: listed?.alive ?? false,
    of: folder ?? written,
    segments,
  };
}

function fileOf(word: string, home: string): string {
  for (const whose of whoses) {
    const found = listSessions(join(home, 'logs', FOLDERS[whose])).find(({ session }) =>
      session.startsWith(word),
    );
    const file = found?.segments[0]?.file;
    if (file !== undefined) return file;
  }
  throw usageError(`"${word}" is no file and no session of this machine. See: signalbox logs list`);
}

/** By its first line. What has no such line is no log, and no business of a bundle. */
async function whoseLog(file: string, word: string): Promise<Whose | null> {
  try {
    for await (const entry of readSegment(file)) {
      if (!entry.ok) break;
      const program = String(entry.json.program).split(' ')[1];
      return program === 'server' ? 'host' : program === 'hub' ? 'hub' : null;
    }
  } catch (error) {
    throw usageError(`${word} cannot be read: ${(error as Error).message}`);
  }
  throw usageError(`${word} is no session log: it does not begin with a line of one`);
}
