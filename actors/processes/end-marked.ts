import { type Ended, endProcesses } from './end-processes.ts';
import { processTable } from './process-table.ts';

/**
 * Ends every process with a mark (SIGNALBOX_CALL) that `matches`, wherever it went: another session,
 * another parent. Resolves when none is left, or names in `left` what could not be ended.
 */
export function endMarked(matches: (mark: string) => boolean): Promise<Ended> {
  return endProcesses(() => processTable((mark) => mark !== null && matches(mark)));
}
