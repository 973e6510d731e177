import { readFileSync } from 'node:fs';

/** Milliseconds of a kernel tick, as `/proc` counts. */
const TICK_MS = 10;

/** The processor time that a process has used, in milliseconds, to the tick. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold anything; user and system time are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
