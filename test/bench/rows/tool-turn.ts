import type { BenchContext, Line } from '../row.ts';
import { statsOf } from '../stats.ts';
import { startBareTurns } from '../support/bare-turns.ts';
import { BenchClient } from '../support/bench-client.ts';
import { inHome } from '../support/bench-home.ts';
import { inTurn } from '../support/in-turn.ts';
import { environmentId, newRuntime } from '../support/rest.ts';

const MESSAGE = '#script\ncall Bash {"command":"true"}';
/** The one that calls and the one that answers. */
const STEPS = 2;

/** A turn whose model calls one Bash `true`, which nobody has to approve, durable on both sides. */
export async function toolTurn({ entry, say }: BenchContext): Promise<Line[]> {
  return inHome(entry, async (home) => {
    await home.server(['--mode', 'unrestricted']);
    const client = await BenchClient.open(home.url, await environmentId(home.url));
    const runtime = await newRuntime(home.url);
    await client.follow(runtime);
    const least = await startBareTurns(home, 'disk');
    say('turns');
    const { ours, bare } = await inTurn(
      { ours: () => client.turn(runtime, MESSAGE, STEPS), bare: () => least.turn('tool') },
      { blocks: 20, inBlock: 10, warmUp: 100 },
    );
    await least.stop();
    client.close();
    return [{ work: 'turn with one Bash `true`', unit: 'ms', ours: statsOf(ours), bare: statsOf(bare) }];
  });
}
