import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './make-folder.ts';

/** The tokens of this home, by hub: `local` is the hub of this home, others go by their URL. */
interface Credentials {
  hubs: Record<string, { token: string }>;
}

export type CredentialsRead = { ok: true; token: string | null } | { ok: false; message: string };

/** The hub of this home, whatever address it listens on. */
export const LOCAL_HUB = 'local';

export const credentialsPath = (home: string): string => join(home, 'credentials.json');

/** What can stand behind `Bearer` in a header. */
export const isToken = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);

/** The token kept for a hub. A file that cannot be read is an error, never "none": it would be overwritten. */
export function readToken(home: string, hub: string): CredentialsRead {
  const read = readCredentials(home);
  return read.ok ? { ok: true, token: read.credentials.hubs[nameOf(hub)]?.token ?? null } : read;
}

/** Every token that is kept here; none when the file cannot be read. For whoever has to keep them out of something. */
export function credentialTokens(home: string): string[] {
  const read = readCredentials(home);
  return read.ok ? Object.values(read.credentials.hubs).map(({ token }) => token) : [];
}

/** Keeps a token, 0600 and whole: a crash leaves the old file or the new one. */
export function writeToken(
  home: string,
  hub: string,
  token: string,
): { ok: true } | { ok: false; message: string } {
  const read = readCredentials(home);
  if (!read.ok) return read;
  const { credentials } = read;
  credentials.hubs[nameOf(hub)] = { token };
  const path = credentialsPath(home);
  try {
    makeFolder(home);
    const draft = `${path}.${process.pid}`;
    const fd = openSync(draft, 'w', 0o600);
    chmodSync(draft, 0o600);
    writeSync(fd, `${JSON.stringify(credentials, null, 2)}\n`);
    fsyncSync(fd);
    closeSync(fd);
    renameSync(draft, path);
    return { ok: true };
  } catch (error) {
    return { ok: false, message: `${path}: ${(error as Error).message}` };
  }
}

function readCredentials(
  home: string,
): { ok: true; credentials: Credentials } | { ok: false; message: string } {
  const path = credentialsPath(home);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { ok: true, credentials: { hubs: {} } };
    return { ok: false, message: `${path}: ${(error as Error).message}` };
  }
  const credentials = parse(text);
  if (credentials) return { ok: true, credentials };
  return {
    ok: false,
    message: `${path} is not what it should be ({"hubs": {…}}); mend it, or remove it to begin anew`,
  };
}

/** Says nothing of what the text is: it holds secrets. */
function parse(text: string): Credentials | null {
  try {
    const value = JSON.parse(text) as Partial<Credentials> | null;
    const hubs = value?.hubs;
    if (typeof hubs !== 'object' || hubs === null) return null;
    const sound = Object.values(hubs).every((hub) => typeof hub?.token === 'string');
    return sound ? { ...value, hubs } : null;
  } catch {
    return null;
  }
}

/** `http://host:4180/` and `http://host:4180` are one hub. */
const nameOf = (hub: string): string => hub.replace(/\/+$/, '');
