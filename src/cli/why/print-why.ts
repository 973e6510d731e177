import type { Waiting, WaitingReport } from '../../../inspector/why/waiting.ts';
import { ago } from '../table.ts';

export interface SessionReport extends WaitingReport {
  session: string;
  file: string;
  /** Its process runs. */
  alive: boolean;
}

/** What the conversations of a session wait for, for people. `now` in epoch milliseconds. */
export function showWhy(report: SessionReport, now: number): string {
  const { session, alive, until, waiting, untold, damaged } = report;
  const conversations = Map.groupBy(waiting, ({ conversationId }) => conversationId);
  return [
    ...(alive
      ? []
      : [
          `The host of session ${session} does not run${until ? `; its log ends ${moment(until, now)}` : ''}.`,
          'Who starts it can change that: signalbox server. This is how it stood:',
          '',
        ]),
    ...(waiting.length === 0 ? ['No conversation waits for anything but a message.'] : []),
    ...[...conversations].flatMap(([id, reasons]) => [
      `${id} (${reasons[0]?.agentId})`,
      ...reasons.flatMap((reason) => showReason(reason, now)),
    ]),
    ...untold.map(({ root, reason }) => `${root} cannot be told: ${reason}`),
    ...(damaged ? [`The log is damaged at line ${damaged.line}: ${damaged.reason}`] : []),
  ].join('\n');
}

function showReason({ why, who, since, root, path, state, call }: Waiting, now: number): string[] {
  return [
    `  ${why}${call ? `: ${call.name} (${call.id})` : ''}`,
    `    since ${moment(since, now)}`,
    `    who can change it: ${who}`,
    `    actor: ${root}${path === '.' ? '' : ` ${path}`} in ${state}`,
  ];
}

function moment(iso: string, now: number): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} (${ago(Date.parse(iso), now)})`;
}
