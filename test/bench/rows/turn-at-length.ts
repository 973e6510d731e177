import type { BenchContext, Line } from '../row.ts';
import { statsOf } from '../stats.ts';
import { BenchClient } from '../support/bench-client.ts';
import { inHome } from '../support/bench-home.ts';
import { blockMedians } from '../support/block-medians.ts';
import { inTurn } from '../support/in-turn.ts';
import { environmentId, newRuntime, type Runtime } from '../support/rest.ts';

const MESSAGE = '#script\nsay Hello.';
/** A turn is two messages: what was said and what was answered. */
const SHORT_TURNS = 5;
const LONG_TURNS = 2_500;
const IN_BLOCK = 5;

/** The same plain turn at message 10 of one conversation and at message 5,000 of another, on one server. */
export async function turnAtLength({ entry, say }: BenchContext): Promise<Line[]> {
  return inHome(entry, async (home) => {
    await home.server();
    const environment = await environmentId(home.url);
    const longTalk = await BenchClient.open(home.url, environment);
    const long = await newRuntime(home.url);
    await longTalk.follow(long);
    say(`${LONG_TURNS} turns to fill a conversation`);
    for (let done = 0; done < LONG_TURNS; done += 1) await longTalk.turn(long, MESSAGE);

    const shortTalk = await BenchClient.open(home.url, environment);
    let short: Runtime = long;
    let turnsLeft = 0;
    say('turns');
    const measured = await inTurn(
      {
        // A conversation is short for a few turns only; then another takes its place.
        at10: async () => {
          if (turnsLeft === 0) {
            short = await newRuntime(home.url, long.agent_id);
            await shortTalk.connect();
            await shortTalk.follow(short);
            for (let done = 0; done < SHORT_TURNS; done += 1) await shortTalk.turn(short, MESSAGE);
            turnsLeft = IN_BLOCK;
          }
          turnsLeft -= 1;
          return shortTalk.turn(short, MESSAGE);
        },
        at5000: () => longTalk.turn(long, MESSAGE),
      },
      { blocks: 40, inBlock: IN_BLOCK, warmUp: IN_BLOCK },
    );
    longTalk.close();
    shortTalk.close();
    const at10 = blockMedians(measured.at10, IN_BLOCK);
    const at5000 = blockMedians(measured.at5000, IN_BLOCK);
    // Each block beside its neighbour, so that a busy moment of the machine falls on both.
    const ratios = at5000.map((median, block) => median / (at10[block] ?? median));
    return [
      { work: 'plain turn at message 10', unit: 'ms', ours: statsOf(measured.at10) },
      { work: 'plain turn at message 5,000', unit: 'ms', ours: statsOf(measured.at5000) },
      {
        work: 'message 5,000 against message 10',
        unit: '×',
        ours: statsOf(ratios),
        target: { most: 1.2 },
      },
    ];
  });
}
