import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { MARK, type Process } from './process.ts';

/** So many processes are read in one go (1 or 2 ms), then others may use the event loop. */
const AT_ONCE = 32;

/**
 * Reads /proc (Linux). It looks again for what was started while it looked, until nothing is new: a chain
 * of processes that fork and exit cannot run ahead of the list.
 */
export async function readProcesses(wanted: (mark: string | null) => boolean): Promise<Process[]> {
  const seen = new Set<string>();
  const found: Process[] = [];
  for (;;) {
    const fresh = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && !seen.has(name));
    if (fresh.length === 0) return found;
    for (const [index, name] of fresh.entries()) {
      seen.add(name);
      const one = readProcess(name, wanted);
      if (one) found.push(one);
      if ((index + 1) % AT_ONCE === 0) await setImmediate();
    }
  }
}

function readProcess(name: string, wanted: (mark: string | null) => boolean): Process | null {
  const mark = markIn(read(`/proc/${name}/environ`) ?? '');
  if (!wanted(mark)) return null;
  const stat = read(`/proc/${name}/stat`);
  if (stat === null) return null;
  // The name of the program stands in brackets and may hold anything, also brackets and spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group, session] = fields;
  if (state === 'Z' || state === 'X') return null;
  return {
    pid: Number(name),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    started: fields[19] ?? '',
    mark,
  };
}

function markIn(environ: string): string | null {
  const entry = environ.split('\0').find((line) => line.startsWith(`${MARK}=`));
  return entry === undefined ? null : entry.slice(MARK.length + 1);
}

/** Null when the process ended meanwhile or belongs to somebody else. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
