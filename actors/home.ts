import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where Signalbox keeps what belongs to this person on this machine. */
export function signalboxHome(env: NodeJS.ProcessEnv): string {
  return env.SIGNALBOX_HOME || join(env.HOME || homedir(), '.signalbox');
}
