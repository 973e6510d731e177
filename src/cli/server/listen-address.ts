import { CliError, usageError } from '../cli-error.ts';
import type { OptionSpec } from '../command.ts';

const DEFAULT_LISTEN = '127.0.0.1:4180';

/** Ports that every browser and `fetch` refuse to talk to (fetch.spec.whatwg.org, "bad port"), from 1024 up. */
const BLOCKED_PORTS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10080,
]);

/** The options of the commands in which a hub listens. */
export const listenOptions = {
  listen: {
    type: 'string',
    value: 'HOST:PORT',
    describe: `where the hub listens; ${DEFAULT_LISTEN} when left out`,
  },
  'trust-proxy': { type: 'boolean', describe: 'a proxy with TLS stands in front; allows any address' },
  insecure: {
    type: 'boolean',
    describe: 'listen on any address without TLS: tokens cross the network readable',
  },
} as const satisfies Record<string, OptionSpec>;

export interface ListenAddress {
  host: string;
  port: number;
}

/** Reads `HOST:PORT`, `[v6]:PORT` or `:PORT`. An address that others can reach needs a flag that says so. */
export function readListen(
  text: string | undefined,
  { trustProxy, insecure }: { trustProxy: boolean | undefined; insecure: boolean | undefined },
): ListenAddress {
  const given = text ?? DEFAULT_LISTEN;
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(given);
  const port = Number(match?.[3]);
  if (!match || port > 65_535)
    throw usageError(`--listen "${given}" is no address. Give HOST:PORT, such as ${DEFAULT_LISTEN}`);
  if (BLOCKED_PORTS.has(port))
    throw usageError(`--listen "${given}": browsers refuse to talk to port ${port}. Give another one`);
  const host = match[1] || match[2] || '127.0.0.1';
  if (!isLoopback(host) && !trustProxy && !insecure)
    throw new CliError(
      `${host} can be reached from elsewhere, and there is no TLS here. Put a proxy with TLS in front and say ` +
        '--trust-proxy, or say --insecure if the network is safe',
    );
  return { host, port };
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host);
