import { execFileSync } from 'node:child_process';

/** Command lines of all living processes that hold this text. */
export function processesOf(text: string): string[] {
  return execFileSync('ps', ['-eo', 'stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(text) && !line.startsWith('Z') && !line.includes('ps -eo'));
}
