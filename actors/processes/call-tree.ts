import { holdsOneOf, outputEnds } from './output-ends.ts';
import { startOf } from './proc-files.ts';
import { identity, type Process } from './process.ts';
import { processTable } from './process-table.ts';

/** What is known of the first process of a call. */
export interface CallRoot {
  pid: number;
  /** The value of SIGNALBOX_CALL. */
  mark: string;
  /** As in Process; null where there is no /proc. */
  started: string | null;
  /** See outputEnds. */
  ends: ReadonlySet<string>;
}

/** To be called right after the spawn: later the process may be over, or may have put its output elsewhere. */
export function callRoot(pid: number, mark: string): CallRoot {
  return { pid, mark, started: startOf(pid), ends: outputEnds(pid) };
}

/**
 * Everything that one call started, as far as it can be found: what carries its mark, is in the group or session of
 * its first process, has an end of its output open, or descends from such. Who was once seen stays a member: a
 * process that dropped all of these is known by its parent only while that parent lives.
 */
export function callTree(root: CallRoot): () => Promise<Process[]> {
  const known = new Set<string>();
  // At once, for in a chain of processes it may be over when the table is complete.
  const know = (one: Process): void => {
    if (isYoung(one, root) && holdsOneOf(root.ends, one.pid)) known.add(identity(one));
  };
  return async () => {
    const table = await processTable(() => true, know);
    const children = Map.groupBy(table, (one) => one.parent);
    const members = new Set<Process>();
    const admit = (one: Process): void => {
      if (members.has(one)) return;
      members.add(one);
      known.add(identity(one));
      for (const child of children.get(one.pid) ?? []) admit(child);
    };
    for (const one of table) if (belongs(one, root) || known.has(identity(one))) admit(one);
    return [...members];
  };
}

function belongs(one: Process, { pid, mark }: CallRoot): boolean {
  return one.mark === mark || one.group === pid || one.session === pid;
}

/** One that is older was handed the end by a process of the call: ssh, tmux and systemd-run do that with theirs. */
function isYoung(one: Process, { started }: CallRoot): boolean {
  return started !== null && Number(one.started) >= Number(started);
}
