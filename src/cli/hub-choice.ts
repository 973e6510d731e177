import { join } from 'node:path';
import { LOCAL_HUB, readToken } from '../../actors/credentials.ts';
import { homeSettingsPath, readSettings } from '../../actors/settings.ts';
import { readHolder } from '../../actors/sqlite/lock.ts';
import { CliError, usageError } from './cli-error.ts';
import type { OptionSpec } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { homeFolder } from './home.ts';
import { tokenInEnv } from './token-in-env.ts';

/** The option of every command that talks to a hub. */
export const hubOption = {
  hub: { type: 'string', value: 'URL', describe: 'the hub to talk to, such as http://127.0.0.1:4180' },
} as const satisfies Record<string, OptionSpec>;

export interface HubChoice {
  url: string;
  token: string;
}

/** The hub that was asked for: `--hub`, else SIGNALBOX_HUB, else `hub` in settings.json; null when none was. */
export function configuredHub(option: string | undefined, env: NodeJS.ProcessEnv): string | null {
  const settings = readSettings(homeSettingsPath(homeFolder(env)));
  if (!settings.ok) throw new CliError(settings.message);
  const { hub } = settings.settings;
  const chosen = option ?? (env.SIGNALBOX_HUB || undefined) ?? (typeof hub === 'string' && hub ? hub : null);
  return chosen === null ? null : readUrl(chosen);
}

/** The address of the hub that runs in this home, or ran last. */
function localHubUrl(env: NodeJS.ProcessEnv): string | null {
  return readHolder(join(homeFolder(env), 'hub.lock'))?.url ?? null;
}

/** Which hub to talk to, and with which token. Nothing is asked over the network yet. */
export function chooseHub(option: string | undefined, env: NodeJS.ProcessEnv): HubChoice {
  const url = configuredHub(option, env) ?? localHubUrl(env);
  if (url === null)
    throw new CliError(
      'no hub runs here and none is configured. Start one with: signalbox server (or name one with --hub URL)',
      exitCodes.unreachable,
    );
  return withToken(url, env);
}

/** A hub with the token for it. Throws when there is none. */
export function withToken(url: string, env: NodeJS.ProcessEnv): HubChoice {
  const token = tokenFor(url, env);
  if (token !== null) return { url, token };
  throw new CliError(
    `no token for ${url}. Put one into SIGNALBOX_TOKEN, or keep it with: signalbox token save --hub ${url}`,
  );
}

/** SIGNALBOX_TOKEN, else the token kept for this hub; null when there is none. */
function tokenFor(url: string, env: NodeJS.ProcessEnv): string | null {
  const given = tokenInEnv(env);
  if (given !== null) return given;
  const home = homeFolder(env);
  const names = url === localHubUrl(env) ? [url, LOCAL_HUB] : [url];
  for (const name of names) {
    const read = readToken(home, name);
    if (!read.ok) throw new CliError(read.message);
    if (read.token !== null) return read.token;
  }
  return null;
}

function readUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol))
    throw usageError(`"${text}" is no address of a hub. Give one such as http://127.0.0.1:4180`);
  return url.origin;
}
