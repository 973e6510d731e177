import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** The shell that runs commands: bash of the environment's PATH, else of the system, else sh. */
export function findShell(env: Record<string, string>): string {
  const folders = (env.PATH ?? '').split(delimiter).filter(isAbsolute);
  const candidates = [...folders.map((folder) => join(folder, 'bash')), '/bin/bash', '/bin/sh'];
  return candidates.find(isProgram) ?? '/bin/sh';
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
