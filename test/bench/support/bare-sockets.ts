import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import type { BenchHome } from './bench-home.ts';
import type { BenchProcess } from './bench-process.ts';

const SCRIPT = fileURLToPath(new URL('../bare/relay.ts', import.meta.url));

/** A process that does nothing but hold sockets, and the port to open them at. */
export async function startBareSockets(home: BenchHome): Promise<{ holder: BenchProcess; port: number }> {
  const holder = home.run(SCRIPT, [], { probed: true });
  const [, port] = await holder.says(/^Ready\. (\d+)$/m);
  return { holder, port: Number(port) };
}

export async function openSocket(port: number): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/host`, { perMessageDeflate: false });
  await once(ws, 'open');
  ws.on('error', () => undefined);
  return ws;
}
