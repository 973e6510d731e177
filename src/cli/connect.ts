import { ApiError, type Client, createClient } from '../client/index.ts';
import { CliError } from './cli-error.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { chooseHub, type HubChoice } from './hub-choice.ts';

/** How long a hub may take to say that it is there, in milliseconds. */
const HEALTH_TIMEOUT_MS = 5_000;

/** A client of the chosen hub, after the hub said that it is there. */
export async function connect(option: string | undefined): Promise<{ client: Client; hub: HubChoice }> {
  const hub = chooseHub(option, process.env);
  try {
    const signal = AbortSignal.timeout(HEALTH_TIMEOUT_MS);
    const { ok, status } = await fetch(`${hub.url}/healthz`, { signal });
    if (!ok) throw new Error(`HTTP ${status}`);
  } catch {
    throw new CliError(`no hub at ${hub.url}. Start one with: signalbox server`, exitCodes.unreachable);
  }
  return { client: createClient(hub), hub };
}

/** Runs one call of the SDK and turns what the hub refused into words for a person. */
export async function asking<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new CliError(withFullStop(error.message), exitCodeOf(error));
  }
}

function exitCodeOf(error: ApiError): ExitCode {
  return error.code === 'unreachable' ? exitCodes.unreachable : exitCodes.failure;
}

const withFullStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
