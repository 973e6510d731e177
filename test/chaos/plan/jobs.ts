import type { Random } from '../random.ts';
import { type PlannedScript, planScript } from './script.ts';

/** One thing that people do in a conversation, and whether they wait for its end before the next. */
export type Job = Doing & { rush: boolean };

/** Times are milliseconds. */
type Doing =
  | { do: 'send'; script: PlannedScript }
  /** Several at once: they wait in the queue, and neighbours join. */
  | { do: 'burst'; scripts: PlannedScript[]; gapMs: number }
  /** The same message again, by somebody else, after a while. */
  | { do: 'repeat'; script: PlannedScript; afterMs: number }
  | { do: 'withdraw'; scripts: PlannedScript[]; afterMs: number }
  | { do: 'abort'; script: PlannedScript; afterMs: number }
  /** By REST, through the bag, whether the host is there or not. */
  | { do: 'leave'; script: PlannedScript }
  /** By a client that is not ours. */
  | { do: 'foreign'; script: PlannedScript };

const JOBS: Record<Doing['do'], number> = {
  send: 6,
  burst: 3,
  repeat: 2,
  withdraw: 3,
  abort: 2,
  leave: 2,
  foreign: 2,
};

export function planJob(random: Random, name: string): Job {
  return { ...planDoing(random, name), rush: random.chance(0.25) };
}

function planDoing(random: Random, name: string): Doing {
  const script = (n = 0): PlannedScript => planScript(random.fork(n), `${name}${n === 0 ? '' : `x${n}`}`);
  const scripts = (count: number): PlannedScript[] => Array.from({ length: count }, (_, n) => script(n + 1));
  const kind = random.weighted(JOBS);
  switch (kind) {
    case 'burst':
      return { do: kind, scripts: scripts(random.int(2, 4)), gapMs: random.pick([0, 0, 5, 40]) };
    case 'repeat':
      return { do: kind, script: script(), afterMs: random.pick([0, 20, 300, 2_000]) };
    case 'withdraw':
      return { do: kind, scripts: scripts(random.int(1, 3)), afterMs: random.pick([0, 0, 3, 30, 200]) };
    case 'abort':
      return { do: kind, script: script(), afterMs: random.int(0, 900) };
    default:
      return { do: kind, script: script() };
  }
}
