import { readdirSync, readlinkSync } from 'node:fs';

/**
 * Its own ends of stdout and stderr, as /proc names them; none where there is no /proc. Read right after the spawn,
 * before the process can have put something else there. Node hands it sockets that nobody else has: a pipe or a
 * file would be of its own choice, and others may share it.
 */
export function outputEnds(pid: number): ReadonlySet<string> {
  const ends = [1, 2].map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  return new Set(ends.filter((end) => end?.startsWith('socket:')) as string[]);
}

/** Has the process one of these ends open, under whatever number? */
export function holdsOneOf(ends: ReadonlySet<string>, pid: number): boolean {
  if (ends.size === 0) return false;
  const folder = `/proc/${pid}/fd`;
  return namesIn(folder).some((fd) => ends.has(linkOf(`${folder}/${fd}`) ?? ''));
}

// The process may end meanwhile, or belong to somebody else.
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
