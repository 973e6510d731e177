import type { BenchContext, Line } from '../row.ts';
import { statsOf } from '../stats.ts';
import { openSocket, startBareSockets } from '../support/bare-sockets.ts';
import { inHome } from '../support/bench-home.ts';
import { inTurn } from '../support/in-turn.ts';
import { connectHosts } from '../support/many-hosts.ts';
import { needOpenFiles } from '../support/open-files.ts';

const HOSTS = 2_000;

/**
 * All sockets of 2,000 hosts are cut, and all of them knock again in the same moment. Real ones spread themselves by
 * their backoff, so this is harder for the hub than what it will meet.
 */
export async function herd({ entry, say }: BenchContext): Promise<Line[]> {
  needOpenFiles(HOSTS + 200);
  return inHome(entry, async (home) => {
    const hub = await home.hub({ probed: true });
    say(`${HOSTS} hosts register`);
    const hosts = await connectHosts(home.url, HOSTS);
    const { holder, port } = await startBareSockets(home);
    let sockets = await Promise.all(hosts.map(() => openSocket(port)));
    const stalls: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
    say('all of them come back at once');
    const { ours, bare } = await inTurn(
      {
        ours: async () => {
          for (const host of hosts) host.drop();
          await hub.longestStall();
          const before = performance.now();
          await Promise.all(hosts.map((host) => host.connect()));
          const took = performance.now() - before;
          stalls.ours.push(await hub.longestStall());
          return took;
        },
        bare: async () => {
          for (const ws of sockets) ws.terminate();
          await holder.longestStall();
          const before = performance.now();
          sockets = await Promise.all(hosts.map(() => openSocket(port)));
          const took = performance.now() - before;
          stalls.bare.push(await holder.longestStall());
          return took;
        },
      },
      { blocks: 4, inBlock: 1, warmUp: 0 },
    );
    for (const host of hosts) host.drop();
    for (const ws of sockets) ws.terminate();
    return [
      { work: '2,000 hosts back at once, all of them', unit: 'ms', ours: statsOf(ours), bare: statsOf(bare) },
      {
        work: 'the hub served nobody meanwhile for at most',
        unit: 'ms',
        ours: statsOf(stalls.ours),
        bare: statsOf(stalls.bare),
      },
    ];
  });
}
