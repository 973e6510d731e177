import { returnsOf } from '../checks/calls.ts';
import type { ChaosOptions } from '../options.ts';
import type { Plan } from '../plan/plan.ts';
import type { RoundResult } from './round.ts';

/** What a run came to. */
export interface Summary {
  seed: string;
  schedule: string;
  power: boolean;
  seconds: number;
  kills: number;
  killsOfHub: number;
  /** Messages that were sent, and of these accepted. */
  inputs: number;
  accepted: number;
  /** How they ended, by their hosts' stores. */
  answered: number;
  cancelled: number;
  withdrawn: number;
  /** Calls with a result, and lines that they wrote. */
  tools: number;
  approvals: number;
  answers: number;
  losses: number;
  duplicates: number;
  unknowns: number;
  longestRecoveryMs: number;
  violations: number;
}

export function nothing(plan: Plan, { seed, power }: ChaosOptions): Summary {
  return {
    ...{ seed, schedule: plan.hash, power, seconds: 0, kills: 0, killsOfHub: 0, inputs: 0, accepted: 0 },
    ...{ answered: 0, cancelled: 0, withdrawn: 0, tools: 0, approvals: 0, answers: 0 },
    ...{ losses: 0, duplicates: 0, unknowns: 0, longestRecoveryMs: 0, violations: 0 },
  };
}

/** Adds what a round came to. */
export function count(summary: Summary, { facts, violations, longestRecoveryMs }: RoundResult): void {
  summary.longestRecoveryMs = Math.round(Math.max(summary.longestRecoveryMs, longestRecoveryMs));
  summary.losses += violations.filter(({ kind }) => kind === 'loss').length;
  summary.duplicates += violations.filter(({ kind }) => kind === 'duplicate').length;
  if (!facts) return;
  const { books, hosts, transcripts } = facts;
  summary.kills += books.killed.length;
  summary.killsOfHub += books.killed.filter((name) => name === 'hub').length;
  const inputs = [...books.inputs.values()];
  summary.inputs += inputs.length;
  summary.accepted += inputs.filter(({ acceptedAt }) => acceptedAt !== null).length;
  const states = Object.values(hosts).flatMap((host) =>
    host.inputs.filter(({ id }) => books.inputs.has(id)).map(({ state }) => state),
  );
  for (const state of ['answered', 'cancelled', 'withdrawn'] as const)
    summary[state] += states.filter((other) => other === state).length;
  const returns = [...transcripts.values()].flatMap(({ messages }) => messages.flatMap(returnsOf));
  summary.tools += returns.length;
  summary.unknowns += returns.filter(({ outcome }) => outcome === 'unknown').length;
  summary.approvals += books.approvals.size;
  summary.answers += [...books.approvals.values()].reduce((sum, { answers }) => sum + answers.length, 0);
}

export function format(summary: Summary): string {
  const { seed, schedule, power, seconds, kills, killsOfHub } = summary;
  const rows: [string, string | number][] = [
    ['seed', `${seed} (schedule ${schedule}${power ? ', power cut' : ''})`],
    ['time', `${seconds} s`],
    ['kills', `${kills} (${killsOfHub} of the hub)`],
    ['inputs', `${summary.inputs} sent, ${summary.accepted} accepted`],
    ['ended', `${summary.answered} answered, ${summary.cancelled} cancelled, ${summary.withdrawn} withdrawn`],
    ['tools', summary.tools],
    ['approvals', `${summary.approvals} with ${summary.answers} answers`],
    ['losses', summary.losses],
    ['duplicates', summary.duplicates],
    ['unknowns', summary.unknowns],
    ['longest recovery', `${summary.longestRecoveryMs} ms`],
    ['violations', summary.violations],
  ];
  return rows.map(([name, value]) => `${name.padEnd(18)}${value}`).join('\n');
}
