import { statSync } from 'node:fs';
import { join } from 'node:path';
import { listSessions } from '../../log/list-sessions.ts';
import { usageError } from '../cli-error.ts';

/** The file that a word means: a path, or a session of this machine by its name or the beginning of it. */
export function findRecording(word: string | undefined, home: string): string {
  const named = word === undefined ? undefined : statSync(word, { throwIfNoEntry: false });
  if (named?.isDirectory()) throw usageError(`${word} is a folder. Name a log in it`);
  if (word !== undefined && named !== undefined) return word;
  const folders = [join(home, 'logs', 'remote'), join(home, 'logs', 'hub')];
  for (const folder of folders) {
    const sessions = listSessions(folder);
    const found =
      word === undefined ? sessions.at(-1) : sessions.find(({ session }) => session.startsWith(word));
    const file = found?.segments[0]?.file;
    if (file !== undefined) return file;
  }
  throw usageError(
    word === undefined
      ? `there is no log in ${folders[0]} yet. Name a file: signalbox replay FILE`
      : `"${word}" is no file and no session of this machine. See: signalbox logs list`,
  );
}
