import { identity, type Process } from './process.ts';
import { processTable } from './process-table.ts';

/**
 * Everything that one call started: what carries its mark, is in the group or session of its first process
 * `pid`, or descends from such. Who was once seen stays a member: a process that dropped its environment and
 * session is known by its parent only while that parent lives.
 */
export function callTree(pid: number, mark: string): () => Promise<Process[]> {
  const known = new Set<string>();
  return async () => {
    const table = await processTable(() => true);
    const children = Map.groupBy(table, (one) => one.parent);
    const members = new Set<Process>();
    const admit = (one: Process): void => {
      if (members.has(one)) return;
      members.add(one);
      known.add(identity(one));
      for (const child of children.get(one.pid) ?? []) admit(child);
    };
    for (const one of table) {
      if (one.mark === mark || one.group === pid || one.session === pid || known.has(identity(one)))
        admit(one);
    }
    return [...members];
  };
}
