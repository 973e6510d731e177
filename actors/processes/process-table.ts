import { askPs } from './ask-ps.ts';
import { readProcesses } from './proc-files.ts';
import type { Process } from './process.ts';

/** The processes whose mark is wanted. Zombies are not living. */
export function processTable(wanted: (mark: string | null) => boolean): Promise<Process[]> {
  return process.platform === 'linux' ? readProcesses(wanted) : askPs(wanted);
}
