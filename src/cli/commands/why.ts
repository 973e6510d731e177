import { join } from 'node:path';
import { waitingIn } from '../../../inspector/why/waiting.ts';
import { listSessions, type SessionFiles } from '../../log/list-sessions.ts';
import type { LogEntry } from '../../log/reader.ts';
import { readRecording } from '../../replay/read-recording.ts';
import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { homeFolder } from '../home.ts';
import { jsonOption } from '../json-option.ts';
import { printable } from '../render/printable.ts';
import { type SessionReport, showWhy } from '../why/print-why.ts';

export const command = defineCommand({
  syntax: 'why [CONVERSATION]',
  summary: 'Say what each conversation on this machine waits for, since when, and who can change it.',
  maxWords: 1,
  options: jsonOption,
  notes: 'It reads the logs of the hosts that run, or of the last one that ran, and touches nothing.',
  async run(given, [wanted]) {
    const folder = join(homeFolder(process.env), 'logs', 'remote');
    const sessions = listSessions(folder);
    const running = sessions.filter(({ alive }) => alive);
    const read = running.length > 0 ? running : sessions.slice(-1);
    if (read.length === 0)
      throw new CliError(`there is no log in ${folder} yet. Start a host with: signalbox server`);
    const reports = await Promise.all(read.map(readSession));
    const shown = wanted === undefined ? reports : reports.flatMap((report) => only(wanted, report) ?? []);
    if (wanted !== undefined && shown.length === 0)
      throw new CliError(
        `no conversation "${wanted}" in ${read.map(({ session }) => session).join(', ')}. See: signalbox conversations`,
      );
    const text = given.json
      ? JSON.stringify(shown, null, 2)
      : printable(shown.map((report) => say(report, wanted)).join('\n\n'));
    process.stdout.write(`${text}\n`);
    return exitCodes.ok;
  },
});

async function readSession({ session, alive, segments }: SessionFiles): Promise<SessionReport> {
  const file = segments[0]?.file ?? '';
  const entries: LogEntry[] = [];
  for await (const entry of readRecording(file)) entries.push(entry);
  return { session, file, alive, ...waitingIn(entries) };
}

/** What a report says of one conversation, named by its id or its key; undefined when it never was in it. */
function only(wanted: string, report: SessionReport): SessionReport | undefined {
  const isWanted = ({ conversationId, root }: { conversationId: string; root?: string }) =>
    conversationId === wanted || root === `conversation:${wanted}`;
  const waiting = report.waiting.filter(isWanted);
  const resting = report.resting.filter(isWanted);
  const untold = report.untold.filter(({ root }) => root === `conversation:${wanted}`);
  if (waiting.length + resting.length + untold.length === 0 && !report.seen.includes(wanted))
    return undefined;
  return { ...report, waiting, resting, untold };
}

function say(report: SessionReport, wanted: string | undefined): string {
  const { waiting, resting, untold, alive } = report;
  if (wanted === undefined || waiting.length + untold.length > 0 || !alive)
    return showWhy(report, Date.now());
  const [at] = resting;
  return at
    ? `${wanted} rests: ${at.why}; who can change it: ${at.who}`
    : `${wanted} rests: nothing to do for a while; who can change it: anyone who may send`;
}
