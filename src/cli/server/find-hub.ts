import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readHolder } from '../../../actors/sqlite/lock.ts';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { configuredHub, withToken } from '../hub-choice.ts';
import type { RunHubOptions, RunningHub } from './run-hub.ts';

/** How long a hub that has just been started elsewhere may take until it answers, in milliseconds. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 100;

export interface FoundHub {
  url: string;
  token: string;
  /** Set when the hub runs in this process. */
  here: RunningHub | null;
}

/**
 * The hub for a server: the one that is configured; else the one that runs in this home already, which is joined;
 * else one of our own. Nobody takes over silently: the lock of the hub's store decides.
 */
export async function findHub(option: string | undefined, options: RunHubOptions): Promise<FoundHub> {
  const configured = configuredHub(option, process.env);
  if (configured !== null) return joinHub(configured);
  const living = await livingHub(options.home);
  if (living !== null) return joinHub(living);
  const { HubRunning, runHub } = await import('./run-hub.ts');
  try {
    const here = await runHub(options);
    return { url: here.url, token: here.ownerToken, here };
  } catch (error) {
    if (!(error instanceof HubRunning)) throw error;
    return joinHub(await waitForHub(options.home, error));
  }
}

const joinHub = (url: string): FoundHub => ({ ...withToken(url, process.env), here: null });

/** The hub that runs in this home and answers; null when there is none. */
async function livingHub(home: string): Promise<string | null> {
  const url = readHolder(join(home, 'hub.lock'))?.url;
  if (!url) return null;
  try {
    const { ok } = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1_000) });
    return ok ? url : null;
  } catch {
    return null;
  }
}

/** Two were started at once: the other one has the store and is about to answer. */
async function waitForHub(home: string, cause: Error): Promise<string> {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
    const url = await livingHub(home);
    if (url !== null) return url;
    await sleep(LOOK_EVERY_MS);
  }
  throw new CliError(cause.message, exitCodes.unreachable);
}
