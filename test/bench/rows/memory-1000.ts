import type { BenchContext, Line } from '../row.ts';
import { statsOf } from '../stats.ts';
import { BenchClient } from '../support/bench-client.ts';
import { inHome } from '../support/bench-home.ts';
import { environmentId, newRuntime } from '../support/rest.ts';

const MESSAGE = '#script\nsay Hello.';
const EARLY = 100;
const LATE = 1_000;
/** Looks at the heap, so many turns apart, up to each of the two moments. */
const LOOKS = 5;
const BETWEEN = 5;
const MB = 1024 * 1024;

/** The heap of host and hub in one process after a collection, after 100 and after 1,000 turns of one conversation. */
export async function memory1000({ entry, say }: BenchContext): Promise<Line[]> {
  return inHome(entry, async (home) => {
    const server = await home.server([], { probed: true });
    const client = await BenchClient.open(home.url, await environmentId(home.url));
    const runtime = await newRuntime(home.url);
    await client.follow(runtime);
    let turns = 0;
    const upTo = async (wanted: number): Promise<void> => {
      for (; turns < wanted; turns += 1) await client.turn(runtime, MESSAGE);
    };
    const looks = async (last: number): Promise<number[]> => {
      const heaps: number[] = [];
      for (let left = LOOKS - 1; left >= 0; left -= 1) {
        await upTo(last - left * BETWEEN);
        heaps.push((await server.heap()).used);
      }
      return heaps;
    };
    say(`${LATE} turns`);
    const early = await looks(EARLY);
    const late = await looks(LATE);
    client.close();
    return [
      { work: 'heap after 100 turns', unit: 'MB', ours: statsOf(early.map((heap) => heap / MB)) },
      { work: 'heap after 1,000 turns', unit: 'MB', ours: statsOf(late.map((heap) => heap / MB)) },
      {
        work: '1,000 turns against 100',
        unit: '×',
        ours: statsOf(late.map((heap, look) => heap / (early[look] ?? heap))),
        target: { most: 1.1 },
        note: 'what is bounded is still filling up: the ring for clients that come back, and the prompt of the conversation',
      },
    ];
  });
}
