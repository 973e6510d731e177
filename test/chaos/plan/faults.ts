import type { Random } from '../random.ts';

/** The processes of a run. */
export const HOSTS = ['alpha', 'beta'] as const;
export type HostName = (typeof HOSTS)[number];
export type ProcessName = 'hub' | HostName;
/** The ways to the hub that can be broken: each host's, and two that clients share. */
export const LINKS = [...HOSTS, 'people', 'others'] as const;
export type LinkName = (typeof LINKS)[number];

/** What is seen at a client and lets a fault come right after it. */
export const MOMENTS = [
  'sent',
  'input_accepted',
  'chunk',
  'stop_reason',
  'control_request',
  'answered',
  'client_tool_start',
  'client_tool_end',
  'turn_finished',
  'withdrawn',
  'aborted',
  'resumed',
] as const;
export type Moment = (typeof MOMENTS)[number];

/** How a link breaks. `forMs` is how long it stays so. */
export type Break =
  | { how: 'reset'; forMs: 0 }
  /** A frame ends in its middle, after so many bytes more. */
  | { how: 'truncate'; bytes: number; forMs: number }
  /** Half-open: it looks alive, and what goes in comes out nowhere. */
  | { how: 'swallow'; forMs: number }
  | { how: 'delay'; forMs: number }
  /** Nobody answers there. */
  | { how: 'down'; forMs: number };

export type Fault =
  | { do: 'kill'; who: ProcessName[]; cutsPower: boolean; backAfterMs: number[] }
  | { do: 'freeze'; who: ProcessName; forMs: number }
  | { do: 'break'; link: LinkName; break: Break };

/** A fault and when it comes: `plusUs` microseconds after a moment, or after `withinMs` when that does not come. */
export interface PlannedFault {
  on: Moment | null;
  withinMs: number;
  plusUs: number;
  fault: Fault;
}

/** Faults one after the other, until `kills` processes were killed. */
export function planFaults(random: Random, kills: number, power: boolean): PlannedFault[] {
  const faults: PlannedFault[] = [];
  let killed = 0;
  while (killed < kills) {
    const fault = planFault(random, kills - killed, power);
    if (fault.do === 'kill') killed += fault.who.length;
    const on = random.chance(0.7) ? random.pick(MOMENTS) : null;
    faults.push({
      on,
      withinMs: on === null ? random.int(0, 900) : random.int(600, 1_500),
      plusUs: random.pick([0, random.int(0, 400), random.int(0, 5_000), random.int(0, 30_000)]),
      fault,
    });
  }
  return faults;
}

function planFault(random: Random, left: number, power: boolean): Fault {
  switch (
    random.weighted({
      host: 38,
      hub: 25,
      both: left > 1 ? 7 : 0,
      all: left > 2 ? 3 : 0,
      freeze: 7,
      break: 20,
    })
  ) {
    case 'host':
      return kill(random, [random.pick(HOSTS)], power);
    case 'hub':
      return kill(random, ['hub'], power);
    case 'both':
      return kill(random, ['hub', random.pick(HOSTS)], power);
    case 'all':
      return kill(random, ['hub', ...HOSTS], power);
    case 'freeze':
      return { do: 'freeze', who: random.pick(['hub', ...HOSTS]), forMs: random.int(50, 1_500) };
    case 'break':
      return { do: 'break', link: random.pick(LINKS), break: planBreak(random) };
  }
}

function kill(random: Random, who: ProcessName[], power: boolean): Fault {
  // Mostly back at once: a start is a moment like any other to be killed in.
  const backAfterMs = who.map(() => random.pick([0, 0, random.int(0, 100), random.int(100, 1_200)]));
  return { do: 'kill', who, cutsPower: power && random.chance(0.7), backAfterMs };
}

function planBreak(random: Random): Break {
  switch (random.weighted({ reset: 3, truncate: 3, swallow: 2, delay: 2, down: 2 })) {
    case 'reset':
      return { how: 'reset', forMs: 0 };
    case 'truncate':
      return {
        how: 'truncate',
        bytes: random.pick([0, 1, 7, random.int(1, 200), random.int(1, 2_000)]),
        forMs: 1_000,
      };
    case 'swallow':
      return { how: 'swallow', forMs: random.int(100, 2_500) };
    case 'delay':
      return { how: 'delay', forMs: random.int(20, 1_500) };
    case 'down':
      return { how: 'down', forMs: random.int(50, 2_500) };
  }
}
