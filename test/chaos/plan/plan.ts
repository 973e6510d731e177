import { createHash } from 'node:crypto';
import { Random } from '../random.ts';
import { HOSTS, type HostName, type PlannedFault, planFaults } from './faults.ts';
import { type Job, planJob } from './jobs.ts';

export interface PlannedConversation {
  name: string;
  /** Where its messages go. With two hosts they take turns: the lease is fought for. */
  hosts: HostName[];
  /** The one that the round's agent came with. */
  isDefault: boolean;
  mode: 'standard' | 'unrestricted';
  /** More than a round has time for. */
  jobs: Job[];
}

/** After each round everything is let come to rest, checked, and stopped orderly. */
export interface Round {
  conversations: PlannedConversation[];
  faults: PlannedFault[];
}

export interface Plan {
  rounds: Round[];
  /** Equal for equal plans. */
  hash: string;
}

const KILLS_A_ROUND = 40;
const JOBS_A_ROUND = 40;

/** All that a run will try, from its seed alone. What comes of it depends on the machine as well. */
export function makePlan(seed: string, kills: number, power: boolean): Plan {
  const random = new Random(seed);
  const count = Math.ceil(kills / KILLS_A_ROUND);
  const rounds = Array.from({ length: count }, (_, index): Round => {
    const share = Math.min(KILLS_A_ROUND, kills - index * KILLS_A_ROUND);
    return {
      conversations: planConversations(random.fork(`conversations ${index}`), `${seed}r${index + 1}`),
      faults: planFaults(random.fork(`faults ${index}`), share, power),
    };
  });
  return { rounds, hash: createHash('sha256').update(JSON.stringify(rounds)).digest('hex').slice(0, 16) };
}

function planConversations(random: Random, name: string): PlannedConversation[] {
  const kinds: Omit<PlannedConversation, 'jobs'>[] = [
    ...HOSTS.flatMap((host, index) => [
      { name: `${name}-${host}-asks`, hosts: [host], isDefault: index === 0, mode: 'standard' as const },
      { name: `${name}-${host}-free`, hosts: [host], isDefault: false, mode: 'unrestricted' as const },
    ]),
    { name: `${name}-shared`, hosts: [...HOSTS], isDefault: false, mode: 'standard' },
  ];
  return kinds.map((kind) => ({
    ...kind,
    jobs: Array.from({ length: JOBS_A_ROUND }, (_, n) =>
      planJob(random.fork(`${kind.name} ${n}`), `${kind.name}-${n}`),
    ),
  }));
}
