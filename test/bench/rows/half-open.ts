import { CutProxy } from '../../chaos/house/proxy.ts';
import type { BenchContext, Line } from '../row.ts';
import { statsOf } from '../stats.ts';
import { inHome } from '../support/bench-home.ts';
import { openLink } from '../support/bench-link.ts';
import { fastClock } from '../support/fast-clock.ts';
import { inTurn } from '../support/in-turn.ts';

/** So many seconds of the link pass in one of ours. */
const CLOCK = 60;
/** Of the link's clock: three pings unanswered at one every 30 s, and the cut lies anywhere before the first. */
const PINGS = { waits: 4, seconds: 30 };
/** Of the link's clock: two questions, 5 s for the answer to each. */
const PROBE = { waits: 2, seconds: 5 };
/** A timer fires some milliseconds late on a busy machine, and here that is so many times more. */
const LATE_S = 1;

interface Bound {
  waits: number;
  seconds: number;
}

/**
 * How long the host's link takes for dead what swallows every byte and stays open, on a clock that goes 60 times as fast.
 * The times are those of a real clock.
 */
export async function halfOpen({ entry, say }: BenchContext): Promise<Line[]> {
  return inHome(entry, async (home) => {
    await home.hub();
    const proxy = await CutProxy.open();
    proxy.upstream = Number(new URL(home.url).port);
    const link = openLink(proxy.url, CLOCK);
    /** Seconds of the link's clock from the moment at which bytes go nowhere. */
    const found = async (bound: Bound, suspect: () => void): Promise<number> => {
      await link.up();
      const down = link.down();
      const before = performance.now();
      const whole = proxy.break({
        how: 'swallow',
        forMs: ((bound.waits * bound.seconds + 60) / CLOCK) * 1000,
      });
      suspect();
      await down;
      const took = ((performance.now() - before) * CLOCK) / 1000;
      await whole;
      return took;
    };
    try {
      await link.up();
      say('links that swallow everything');
      const { pings, barePings, probe, bareProbe } = await inTurn(
        {
          pings: () => found(PINGS, () => undefined),
          barePings: () => waited(PINGS),
          probe: () => found(PROBE, () => link.probe()),
          bareProbe: () => waited(PROBE),
        },
        { blocks: 4, inBlock: 1, warmUp: 0 },
      );
      const note = `on a clock ${CLOCK} times as fast; beside it the same waits by nothing but timers on that clock`;
      return [
        {
          work: 'half-open link found by its pings',
          unit: 's',
          ours: statsOf(pings),
          bare: statsOf(barePings),
          target: { most: most(PINGS) },
        },
        {
          work: 'half-open link found when somebody acts',
          unit: 's',
          ours: statsOf(probe),
          bare: statsOf(bareProbe),
          target: { most: most(PROBE) },
          note,
        },
      ];
    } finally {
      link.close();
      await proxy.close();
    }
  });
}

const most = ({ waits, seconds }: Bound): number => waits * seconds + LATE_S;

/** Seconds of the link's clock that the waits take when nothing else is to be done. */
async function waited({ waits, seconds }: Bound): Promise<number> {
  const clock = fastClock(CLOCK);
  const before = performance.now();
  for (let done = 0; done < waits; done += 1)
    await new Promise<void>((resolve) => clock.setTimeout(() => resolve(), seconds * 1000));
  return ((performance.now() - before) * CLOCK) / 1000;
}
