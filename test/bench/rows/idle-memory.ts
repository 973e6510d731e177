import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchContext, Line } from '../row.ts';
import { statsOf } from '../stats.ts';
import { inHome } from '../support/bench-home.ts';
import type { BenchProcess } from '../support/bench-process.ts';
import { inTurn } from '../support/in-turn.ts';
import { settledRss } from '../support/settled.ts';

const BARE = fileURLToPath(new URL('../bare/server.js', import.meta.url));
const MB = 1024 * 1024;

/** Resident memory of `signalbox server` with its own hub, ready, and left alone until it rests. */
export async function idleMemory({ entry, say }: BenchContext): Promise<Line[]> {
  return inHome(entry, async (home) => {
    const bareFolder = mkdtempSync(join(home.root, 'bare-'));
    say('starts');
    const { ours, bare } = await inTurn(
      {
        ours: async () => atRest(await home.server()),
        bare: async () => {
          const started = home.run(BARE, [bareFolder]);
          await started.says(/^Ready\./m);
          return atRest(started);
        },
      },
      // The first start has to compile what later ones find compiled, and keeps the sources for it.
      { blocks: 4, inBlock: 1, warmUp: 1 },
    );
    return [
      {
        work: 'memory when idle',
        unit: 'MB',
        ours: statsOf(ours),
        bare: statsOf(bare),
        target: { most: 120 },
      },
    ];
  });
}

async function atRest(started: BenchProcess): Promise<number> {
  const rss = await settledRss(started);
  await started.stop('SIGTERM');
  return rss / MB;
}
