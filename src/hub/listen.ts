import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The hub cannot start; the message says why and what to do. */
export class HubStartError extends Error {
  override name = 'HubStartError';
}

/** Listens, and tells the address as a URL. */
export function listen(server: Server, { host, port }: { host: string; port: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new HubStartError(explain(error, host, port))),
    );
    server.listen(port, host, () => {
      const { port: given } = server.address() as AddressInfo;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${given}`);
    });
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): string {
  const address = `${host}:${port}`;
  if (error.code === 'EADDRINUSE')
    return `${address} is in use by another program. Stop that one, or listen elsewhere with --listen ${host}:${port + 1}`;
  if (error.code === 'EACCES') return `${address} is not for this user; take a port above 1023 with --listen`;
  if (error.code === 'EADDRNOTAVAIL') return `${host} is no address of this machine; see --listen`;
  return `cannot listen on ${address}: ${error.message}`;
}
