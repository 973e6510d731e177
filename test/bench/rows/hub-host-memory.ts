import type { WebSocket } from 'ws';
import type { BenchContext, Line } from '../row.ts';
import { statsOf } from '../stats.ts';
import { openSocket, startBareSockets } from '../support/bare-sockets.ts';
import { type BenchHome, inHome } from '../support/bench-home.ts';
import type { BenchProcess } from '../support/bench-process.ts';
import { inTurn } from '../support/in-turn.ts';
import { connectHosts } from '../support/many-hosts.ts';
import { needOpenFiles } from '../support/open-files.ts';

const HOSTS = 1_000;
const KB = 1024;

/** What one connected host that says nothing costs the hub, in heap after a collection. */
export async function hubHostMemory({ entry, say }: BenchContext): Promise<Line[]> {
  needOpenFiles(HOSTS + 200);
  say(`${HOSTS} hosts, and ${HOSTS} sockets, at a time`);
  const measures = {
    ours: () => inHome(entry, perHost),
    bare: () => inHome(entry, perSocket),
  };
  const { ours, bare } = await inTurn(measures, { blocks: 2, inBlock: 1, warmUp: 0 });
  return [
    {
      work: 'an idle host in the hub',
      unit: 'KB',
      ours: statsOf(ours),
      bare: statsOf(bare),
      target: { most: 24 },
    },
  ];
}

async function perHost(home: BenchHome): Promise<number> {
  const hub = await home.hub({ probed: true });
  // What the first ones load and prepare is not theirs.
  const first = await connectHosts(home.url, 20, 'first');
  const before = await restingHeap(hub);
  const hosts = await connectHosts(home.url, HOSTS);
  const after = await restingHeap(hub);
  for (const host of [...first, ...hosts]) host.drop();
  return (after - before) / HOSTS / KB;
}

async function perSocket(home: BenchHome): Promise<number> {
  const { holder, port } = await startBareSockets(home);
  const first = await openSocket(port);
  const before = await restingHeap(holder);
  const sockets: WebSocket[] = [];
  for (let count = 0; count < HOSTS; count += 1) sockets.push(await openSocket(port));
  const after = await restingHeap(holder);
  for (const ws of [first, ...sockets]) ws.terminate();
  return (after - before) / HOSTS / KB;
}

/** Asked until it grows less no more: what a handshake used is let go a little later. */
async function restingHeap(measured: BenchProcess): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let looks = 0; looks < 5; looks += 1) least = Math.min(least, (await measured.heap()).used);
  return least;
}
