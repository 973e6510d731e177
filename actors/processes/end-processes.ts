import { setTimeout } from 'node:timers/promises';
import { identity, type Process } from './process.ts';
import { processTable } from './process-table.ts';

export interface EndedProcess {
  pid: number;
  mark: string | null;
}

/** `left`: what could not be ended: not ours to end, or stuck in the kernel for 10 s. */
export interface Ended {
  ended: EndedProcess[];
  left: EndedProcess[];
}

const PATIENCE_MS = 10_000;

/**
 * Ends (SIGKILL) what `select` finds, and asks again until it finds nothing twice in a row: a process may be
 * between fork and exec while one looks. This process and its ancestors are never ended.
 */
export async function endProcesses(select: () => Promise<Process[]>): Promise<Ended> {
  const met = new Map<string, EndedProcess>();
  const giveUp = performance.now() + PATIENCE_MS;
  let spared: Set<number> | undefined;
  let quiet = 0;
  let pause = 1;
  for (;;) {
    let victims = await select();
    if (victims.length > 0) {
      spared ??= await ownLine();
      victims = victims.filter((one) => !spared?.has(one.pid));
    }
    if (victims.length === 0) {
      quiet += 1;
      if (quiet === 2) return { ended: [...met.values()], left: [] };
    } else {
      quiet = 0;
      const refused = victims.filter((one) => {
        met.set(identity(one), { pid: one.pid, mark: one.mark });
        return !kill(one.pid);
      });
      if (refused.length === victims.length || performance.now() > giveUp) {
        for (const one of victims) met.delete(identity(one));
        return { ended: [...met.values()], left: victims.map(({ pid, mark }) => ({ pid, mark })) };
      }
    }
    await setTimeout(pause);
    pause = Math.min(pause * 2, 100);
  }
}

/** This process and its ancestors. */
async function ownLine(): Promise<Set<number>> {
  const parents = new Map((await processTable(() => true)).map((one) => [one.pid, one.parent]));
  const line = new Set<number>([0, 1]);
  for (
    let pid: number | undefined = process.pid;
    pid !== undefined && !line.has(pid);
    pid = parents.get(pid)
  ) {
    line.add(pid);
  }
  return line;
}

/** False when the system refuses; a process that is gone already counts as ended. */
function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
