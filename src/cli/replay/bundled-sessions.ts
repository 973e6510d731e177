import type { BundledSession, Manifest } from '../../log/bundle/manifest.ts';
import { type Bundle, isPacked, openBundle } from '../../log/bundle/open-bundle.ts';
import { usageError } from '../cli-error.ts';

/** The option of the commands that open a bundle. */
export const sessionOption = {
  session: {
    type: 'string',
    value: 'NAME',
    describe: 'of a bundle: only this session; hub/NAME when a host has one of the same name',
  },
} as const;

/** The bundle that a file is; undefined for any other file. One that is damaged is refused. */
export async function bundleIn(file: string): Promise<Bundle | undefined> {
  try {
    if (!(await isPacked(file))) return undefined;
    const opened = await openBundle(file);
    if (opened.ok) return opened.bundle;
    throw usageError(`${file} cannot be opened as a bundle: ${opened.reason}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw usageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** The sessions that a name means, all without one. */
export function sessionsOf({ path, manifest }: Bundle, name: string | undefined): readonly BundledSession[] {
  const { sessions } = manifest;
  if (name === undefined) return sessions;
  const found = sessions.filter((each) => nameOf(each).startsWith(name) || each.session.startsWith(name));
  if (found.length === 1) return found;
  throw usageError(
    found.length === 0
      ? `no session "${name}" in ${path}. There are: ${namesOf(manifest)}`
      : `"${name}" could be ${found.map(nameOf).join(' or ')}. Say which`,
  );
}

/** The session to show when only one can be: the one that was asked for, else the newest of a host, else the newest. */
export function oneSessionOf(bundle: Bundle, name: string | undefined): BundledSession {
  const sessions = sessionsOf(bundle, name);
  const one = sessions.findLast(({ of }) => of === 'host') ?? sessions.at(-1);
  if (one === undefined) throw usageError(`there is no session in ${bundle.path}`);
  return one;
}

/** What else there is, for whoever was shown one session; undefined when there is nothing else. */
export function othersHint({ manifest }: Bundle, shown: BundledSession): string | undefined {
  if (manifest.sessions.length < 2) return undefined;
  return `This is ${nameOf(shown)}. Choose with --session: ${namesOf(manifest)}`;
}

/** `host/2026-…`, so that sessions of a host and of a hub that began at one moment differ. */
export function nameOf({ of, session }: BundledSession): string {
  return `${of ?? 'log'}/${session}`;
}

const namesOf = ({ sessions }: Manifest): string => sessions.map(nameOf).join(', ');
