import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Mode } from '../../machines/ports.ts';
import type { CallRow } from '../../src/host/store/calls.ts';
import type { HostStore } from '../../src/host/store/host-store.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { type Command, command, play } from './composition/commands.ts';
import { breaches } from './composition/guarantees.ts';
import { RestlessHost } from './composition/restless-host.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const RUNS = Number(process.env.RUNS ?? 60);
const SEED = Number(process.env.SEED ?? 1);
const LIMIT = { timeout: 120_000 + RUNS * 1_000 };
/** Rounds in which everybody does all that is asked of them. */
const ROUNDS = 200;

/** Plays it all, lets it come to its end, and tells what of the guarantees did not hold. */
async function run(commands: Command[], mode: Mode, plant?: (store: HostStore) => void): Promise<string[]> {
  const clock = new VirtualClock();
  // The conversations of a host have the timers of the platform.
  vi.stubGlobal('setTimeout', clock.setTimeout.bind(clock));
  vi.stubGlobal('clearTimeout', clock.clearTimeout.bind(clock));
  const host = await RestlessHost.start({ mode, clock, ...(plant ? { plant } : {}) });
  try {
    for (const step of commands) await play(host, step);
    let rounds = 0;
    while (!(await host.finish())) {
      rounds += 1;
      if (rounds > ROUNDS) return ['G1 it does not come to its end', ...breaches(host)];
    }
    await host.finish();
    return breaches(host);
  } finally {
    host.stop();
    vi.unstubAllGlobals();
  }
}

const story = fc.array(command, { minLength: 5, maxLength: 40 });
const mode = fc.constantFrom<Mode>('standard', 'unrestricted');

/** Faults that each of the guarantees is there to find out. */
const FAULTS: Record<string, { breaks: string; plant: (store: HostStore) => void }> = {
  'inputs that never end': {
    breaks: 'G1',
    plant: ({ inputs }) => {
      inputs.end = () => undefined;
    },
  },
  'decisions that are not written': {
    breaks: 'G2',
    plant: ({ calls }) => {
      calls.decide = () => undefined;
    },
  },
  'intents that are not written': {
    breaks: 'G3',
    plant: ({ calls }) => {
      calls.intend = () => undefined;
    },
  },
  'questions that stay when they are answered': {
    breaks: 'G4',
    plant: ({ calls }) => {
      const pending = calls.pending.bind(calls);
      const asked = new Map<number, CallRow>();
      calls.pending = (conversation) => {
        for (const row of pending(conversation)) asked.set(row.id, row);
        return [...asked.values()].filter((row) => row.conversation === conversation);
      };
    },
  },
};

describe('a host and its conversations in a restless world', () => {
  test('G-30 whatever happens in whatever order, the four guarantees hold', LIMIT, async () => {
    await fc.assert(
      fc.asyncProperty(story, mode, async (commands, mode) => {
        expect(await run(commands, mode)).toEqual([]);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test.each(Object.entries(FAULTS))('%s are found out', LIMIT, async (_, { breaks, plant }) => {
    let found: string[] = [];
    const { failed } = await fc.check(
      fc.asyncProperty(story, mode, async (commands, mode) => {
        found = await run(commands, mode, plant);
        return found.length === 0;
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    );
    expect(failed).toBe(true);
    expect(found.join('\n')).toContain(breaks);
  });
});
