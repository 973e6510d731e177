import { dirname, join } from 'node:path';
import { defaultModel } from '../../../actors/models/catalogue.ts';
import { homeSettingsPath, readSettings } from '../../../actors/settings.ts';
import { acquireLock } from '../../../actors/sqlite/lock.ts';
import { type Hub, startHub } from '../../hub/index.ts';
import { CliError } from '../cli-error.ts';
import { tokenInEnv } from '../token-in-env.ts';
import { hubLog } from './hub-log.ts';
import type { ListenAddress } from './listen-address.ts';
import { openLog } from './open-log.ts';

export interface RunHubOptions {
  home: string;
  listen: ListenAddress;
  /** The path of the store; `hub.sqlite` of this home when left out. */
  storePath?: string;
  trustProxy: boolean;
  debug: boolean;
}

export interface RunningHub extends Pick<Hub, 'url' | 'ownerToken'> {
  close(): Promise<void>;
  /** The model of agents that name none. */
  model: string;
}

/** Another process runs a hub on the same store. */
export class HubRunning extends Error {
  override name = 'HubRunning';
}

/** Starts a hub in this process, with its log and the lock of its store. */
export async function runHub(options: RunHubOptions): Promise<RunningHub> {
  const { home, listen, trustProxy } = options;
  const given = tokenInEnv(process.env);
  const settings = readSettings(homeSettingsPath(home));
  if (!settings.ok) throw new CliError(settings.message);
  const { model } = settings.settings;
  const wished = process.env.SIGNALBOX_MODEL || (typeof model === 'string' ? model : '');
  const env = wished ? { ...process.env, SIGNALBOX_MODEL: wished } : process.env;
  const storePath = options.storePath ?? join(home, 'hub.sqlite');
  const lock = acquireLock(join(dirname(storePath), 'hub.lock'));
  if (!lock.ok)
    throw new HubRunning(
      `a hub already runs on ${storePath} (pid ${lock.holder?.pid ?? 'unknown'}${lock.holder?.url ? `, ${lock.holder.url}` : ''}). ` +
        'Use that one, stop it, or keep another store with --store',
    );
  const log = openLog(home, 'hub', options.debug, { listen: `${listen.host}:${listen.port}` });
  const hub = await startHub({
    listen,
    home,
    env,
    log: hubLog(log),
    storePath,
    trustProxy,
    ...(given === null ? {} : { ownerToken: given }),
  }).catch((error: unknown) => {
    lock.release();
    throw error;
  });
  lock.tell({ pid: process.pid, url: hub.url });
  return {
    url: hub.url,
    ownerToken: hub.ownerToken,
    model: defaultModel(env),
    async close() {
      await hub.close();
      lock.release();
      log.close();
    },
  };
}
