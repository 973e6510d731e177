import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchContext, Line } from '../row.ts';
import { statsOf } from '../stats.ts';
import { type BenchHome, inHome } from '../support/bench-home.ts';
import type { BenchProcess } from '../support/bench-process.ts';
import { inTurn } from '../support/in-turn.ts';

const BARE = fileURLToPath(new URL('../bare/server.js', import.meta.url));

/** `node bin/signalbox.js server` with its own hub, from the spawn until it says that it is ready. */
export async function ready({ entry, say }: BenchContext): Promise<Line[]> {
  return inHome(entry, async (home) => {
    // The store is there and empty from here on, as on every start but the first.
    await untilReady(home.start(['server', '--env-name', 'bench', '--listen', '127.0.0.1:0']));
    const bareFolder = newFolder(home);
    await untilReady(home.run(BARE, [bareFolder]));
    say('cold starts');
    const cold = await inTurn(
      { ours: () => start(home, newFolder(home)), bare: () => untilReady(home.run(BARE, [newFolder(home)])) },
      { blocks: 4, inBlock: 1, warmUp: 0 },
    );
    say('warm starts');
    const warm = await inTurn(
      { ours: () => start(home, home.temporary), bare: () => untilReady(home.run(BARE, [bareFolder])) },
      { blocks: 12, inBlock: 1, warmUp: 1 },
    );
    const target = { most: 350 };
    return [
      {
        work: 'start until ready, warm',
        unit: 'ms',
        ours: statsOf(warm.ours),
        bare: statsOf(warm.bare),
        target,
      },
      { work: 'start until ready, cold', unit: 'ms', ours: statsOf(cold.ours), bare: statsOf(cold.bare) },
    ];
  });
}

/** A start whose compile cache is in the folder `temporary`. */
function start(home: BenchHome, temporary: string): Promise<number> {
  const args = ['server', '--env-name', 'bench', '--listen', '127.0.0.1:0'];
  return untilReady(home.start(args, { env: { TMPDIR: temporary } }));
}

/** Milliseconds until it says so. It is ended in order afterwards. */
async function untilReady(started: BenchProcess): Promise<number> {
  await started.says(/^Ready\./m);
  const took = performance.now() - started.startedAt;
  await started.stop('SIGTERM');
  return took;
}

function newFolder(home: BenchHome): string {
  const parent = join(home.root, 'cold');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, 'start-'));
}
