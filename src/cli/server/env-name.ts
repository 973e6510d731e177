import { hostname } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { localSettingsPath, readSettings, updateSettings } from '../../../actors/settings.ts';
import { CliError, usageError } from '../cli-error.ts';

const LONGEST = 100;
/** They would break the lines in which the name is shown. */
const CONTROL = /\p{Cc}/u;

/**
 * The name of this environment: the one given, else the one saved for this project, else what its person says,
 * asked once and only on a terminal, else the name of the machine. It is saved.
 */
export async function environmentName(
  given: string | undefined,
  project: string,
  ask: ((suggestion: string) => Promise<string>) | null,
): Promise<string> {
  const path = localSettingsPath(project);
  const read = readSettings(path);
  if (!read.ok) throw new CliError(read.message);
  const { listenerEnvName: saved } = read.settings;
  const kept = given === undefined && typeof saved === 'string' && saved ? saved : null;
  const name = kept ?? (given ?? ((await ask?.(hostname())) || hostname())).trim();
  if (CONTROL.test(name)) {
    const where = kept === null ? '' : ` (listenerEnvName in ${path})`;
    throw usageError(
      `the name ${JSON.stringify(name)}${where} has a control character in it. Give another one with --env-name`,
    );
  }
  if (kept !== null) return kept;
  if (name === '' || name.length > LONGEST)
    throw usageError(`the name "${name.slice(0, LONGEST)}" is no name: it has 1 to ${LONGEST} characters`);
  if (name !== saved) {
    const written = updateSettings(path, { listenerEnvName: name });
    // A directory that cannot be written to is no reason not to work in it.
    if (!written.ok) process.stderr.write(`signalbox: the name is not saved: ${written.message}\n`);
  }
  return name;
}

/** Asks on the terminal; null when there is none. */
export function terminalQuestion(): ((suggestion: string) => Promise<string>) | null {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return null;
  return async (suggestion) => {
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    try {
      return await lines.question(`A name for this environment (Enter for ${suggestion}): `);
    } finally {
      lines.close();
    }
  };
}
