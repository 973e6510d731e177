import { statSync } from 'node:fs';
import { signalboxHome } from '../../actors/home.ts';
import { CliError } from './cli-error.ts';

/** The home of this person's Signalbox: a folder, or nothing yet. */
export function homeFolder(env: NodeJS.ProcessEnv): string {
  const path = signalboxHome(env);
  if (isUsable(path)) return path;
  throw new CliError(
    `the home ${path} is no folder. Move away what is there, or set SIGNALBOX_HOME to another folder`,
  );
}

function isUsable(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOTDIR';
  }
}

/** The directory that the command was started in. */
export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    throw new CliError('the directory in which this was started does not exist any more. Go to another one');
  }
}
