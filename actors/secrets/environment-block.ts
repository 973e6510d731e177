import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { isWithheld } from './secret-names.ts';

/** Where in /proc/self/stat, from the state on, the address stands at which the environment begins. */
const BEGIN = 47;

/**
 * Takes our tokens and the keys of model providers out of what the system shows of this process's environment
 * (/proc/<pid>/environ, `ps e`), which any process of the same user may read. Unsetting a variable leaves the bytes
 * with which the process was started, so they are overwritten; `process.env` has them still. Where the system does
 * not let a process do that, nothing changes.
 */
export function hideSecretsInBlock(): void {
  if (process.platform !== 'linux' || !Object.keys(process.env).some(isWithheld)) return;
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const begin = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[BEGIN]);
    const block = readFileSync('/proc/self/environ', 'latin1');
    const memory = openSync('/proc/self/mem', 'r+');
    let at = 0;
    for (const entry of block.split('\0')) {
      const name = entry.slice(0, entry.indexOf('='));
      const length = entry.length - name.length - 1;
      if (isWithheld(name) && length > 0) overwrite(memory, begin + at + name.length + 1, length, name);
      at += entry.length + 1;
    }
    closeSync(memory);
  } catch {
    // A hardened system; README says that it is not to be relied on.
  }
}

function overwrite(memory: number, address: number, length: number, name: string): void {
  const value = process.env[name];
  // Set anew, it is kept elsewhere.
  if (value !== undefined) process.env[name] = value;
  writeSync(memory, Buffer.alloc(length), 0, length, address);
}
