import { askPs } from './ask-ps.ts';
import { readProcesses } from './proc-files.ts';
import type { Process } from './process.ts';

/** The processes whose mark is wanted. Zombies are not living. `met` hears of each as soon as it is known. */
export async function processTable(
  wanted: (mark: string | null) => boolean,
  met?: (one: Process) => void,
): Promise<Process[]> {
  if (process.platform === 'linux') return readProcesses(wanted, met);
  const found = await askPs(wanted);
  if (met) for (const one of found) met(one);
  return found;
}
