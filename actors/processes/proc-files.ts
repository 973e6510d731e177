import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { MARK, type Process } from './process.ts';

/** So many processes are read in one go (1 or 2 ms), then others may use the event loop. */
const AT_ONCE = 32;
/** How often one whose environment cannot be seen is asked for it, a millisecond apart when all else is read. */
const MOST_ASKED = 100;
/** The same of one that says it has none: most of those never have one. */
const MOST_ASKED_WITHOUT = 5;
const KERNEL_THREAD = 0x0020_0000;

/**
 * Reads /proc (Linux). It looks again for what was started while it looked, until nothing is new: a chain
 * of processes that fork and exit cannot run ahead of the list. Nor can one hide while it becomes another program
 * (execve): for a moment it has no environment yet, and is asked again. `met` hears of each as soon as it is read.
 */
export async function readProcesses(
  wanted: (mark: string | null) => boolean,
  met: (one: Process) => void = () => {},
): Promise<Process[]> {
  const seen = new Set<string>();
  const asked = new Map<string, number>();
  const found: Process[] = [];
  for (;;) {
    const fresh = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && !seen.has(name));
    if (fresh.length === 0) return found;
    let settled = 0;
    for (const [index, name] of fresh.entries()) {
      const times = (asked.get(name) ?? 0) + 1;
      asked.set(name, times);
      const one = readProcess(name, wanted, times);
      if (one !== 'becoming') {
        settled += 1;
        seen.add(name);
        if (one !== null) {
          found.push(one);
          met(one);
        }
      }
      if ((index + 1) % AT_ONCE === 0) await setImmediate();
    }
    if (settled === 0) await setTimeout(1);
  }
}

/** Null for one that is not wanted, or over. It is asked for the `times`-th time. */
function readProcess(
  name: string,
  wanted: (mark: string | null) => boolean,
  times: number,
): Process | 'becoming' | null {
  const environ = read(`/proc/${name}/environ`);
  const mark = markIn(environ ?? '');
  if (environ !== '' && !wanted(mark)) return null;
  const fields = statOf(name);
  if (fields === null) return null;
  const [state, parent, group, session] = fields;
  if (state === 'Z' || state === 'X') return null;
  if (environ === '' && mayBecome(fields, times)) return 'becoming';
  if (!wanted(mark)) return null;
  return {
    pid: Number(name),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    started: fields[19] ?? '',
    mark,
  };
}

/** When a process started, as in Process; null when there is none, or no /proc. */
export function startOf(pid: number): string | null {
  return statOf(`${pid}`)?.[19] ?? null;
}

/** The fields of stat from the state on. */
function statOf(name: string): string[] | null {
  const stat = read(`/proc/${name}/stat`);
  // The name of the program stands in brackets and may hold anything, also brackets and spaces.
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** `fields` are those of statOf. */
function mayBecome(fields: readonly string[], times: number): boolean {
  const [flags, environBegin, environEnd] = [fields[6], fields[47], fields[48]];
  if (Number(flags) & KERNEL_THREAD) return false;
  const saysNone = environBegin !== '0' && environBegin === environEnd;
  return times < (saysNone ? MOST_ASKED_WITHOUT : MOST_ASKED);
}

/** A bash that begins cuts each entry in two for a moment while it reads it. */
function markIn(environ: string): string | null {
  const entries = environ.split('\0');
  const index = entries.findIndex((entry) => entry === MARK || entry.startsWith(`${MARK}=`));
  if (index === -1) return null;
  return entries[index] === MARK
    ? (entries[index + 1] ?? null)
    : (entries[index] ?? '').slice(MARK.length + 1);
}

/** Null when the process ended meanwhile or belongs to somebody else. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
