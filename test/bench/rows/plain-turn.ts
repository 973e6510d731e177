import type { BenchContext, Line } from '../row.ts';
import { statsOf } from '../stats.ts';
import { startBareTurns } from '../support/bare-turns.ts';
import { BenchClient } from '../support/bench-client.ts';
import { inHome } from '../support/bench-home.ts';
import { inTurn } from '../support/in-turn.ts';
import { environmentId, newRuntime } from '../support/rest.ts';

const MESSAGE = '#script\nsay Hello.';

/** A turn without tools, durable on both sides, from the client's send to `stop_reason` at the client. */
export async function plainTurn({ entry, say }: BenchContext): Promise<Line[]> {
  return inHome(entry, async (home) => {
    await home.server();
    const client = await BenchClient.open(home.url, await environmentId(home.url));
    const runtime = await newRuntime(home.url);
    await client.follow(runtime);
    const onDisk = await startBareTurns(home, 'disk');
    const inMemory = await startBareTurns(home, 'memory');
    say('turns');
    const { ours, disk, memory } = await inTurn(
      {
        ours: () => client.turn(runtime, MESSAGE),
        disk: () => onDisk.turn(),
        memory: () => inMemory.turn(),
      },
      { blocks: 30, inBlock: 20, warmUp: 500 },
    );
    await Promise.all([onDisk.stop(), inMemory.stop()]);
    client.close();
    const work = 'plain turn';
    return [
      { work, unit: 'ms', ours: statsOf(ours), bare: statsOf(disk), target: { most: 2 } },
      {
        work: 'the same beside a limit without disk',
        unit: 'ms',
        ours: statsOf(ours),
        bare: statsOf(memory),
      },
    ];
  });
}
