import type { BenchContext, Line } from '../row.ts';
import { statsOf } from '../stats.ts';
import { AttachedReader } from '../support/attached-reader.ts';
import { BenchClient } from '../support/bench-client.ts';
import { inHome } from '../support/bench-home.ts';
import { inTurn } from '../support/in-turn.ts';
import { environmentId, newRuntime } from '../support/rest.ts';

const BLOCKS = 24;
const IN_BLOCK = 40;
const MESSAGE = '#script\nsay Hello.';

/** A plain turn while an inspector reads the session live, beside the same turn of the same server without one. */
export async function inspectorCost({ entry, say }: BenchContext): Promise<Line[]> {
  return inHome(entry, async (home) => {
    const server = await home.server(['--inspect']);
    const [address = ''] = await server.says(/http:\S+#\S+/);
    const reader = await AttachedReader.of(address, home);
    const client = await BenchClient.open(home.url, await environmentId(home.url));
    const runtime = await newRuntime(home.url);
    await client.follow(runtime);
    say('turns');
    const { watched, alone } = await inTurn(
      {
        watched: async () => {
          await reader.attach();
          return client.turn(runtime, MESSAGE);
        },
        alone: async () => {
          await reader.detach();
          return client.turn(runtime, MESSAGE);
        },
      },
      { blocks: BLOCKS, inBlock: IN_BLOCK, warmUp: 300 },
    );
    await reader.detach();
    client.close();
    // Each block beside its neighbour, so that a busy moment of the machine falls on both.
    const ratios = Array.from({ length: BLOCKS }, (_, at) => medianOf(watched, at) / medianOf(alone, at));
    return [
      { work: 'plain turn with an inspector', unit: 'ms', ours: statsOf(watched), bare: statsOf(alone) },
      {
        work: 'the same, by the turn without',
        unit: '×',
        ours: statsOf(ratios),
        target: { most: 1.1 },
        note: 'the inspector is a reader that takes everything at once; what a browser draws is its own work',
      },
    ];
  });
}

const medianOf = (values: readonly number[], block: number): number =>
  statsOf(values.slice(block * IN_BLOCK, (block + 1) * IN_BLOCK)).median;
