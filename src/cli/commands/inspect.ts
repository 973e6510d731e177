import { join } from 'node:path';
import { logSource, recordedSource } from '../../../inspector/serve/log-source.ts';
import { pageFiles } from '../../../inspector/serve/page-files.ts';
import type { Source } from '../../../inspector/serve/piece.ts';
import { servePage } from '../../../inspector/serve/serve-page.ts';
import { readBundled } from '../../log/bundle/open-bundle.ts';
import { listSessions } from '../../log/list-sessions.ts';
import { usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { homeFolder } from '../home.ts';
import { printable } from '../render/printable.ts';
import { bundleIn, nameOf, oneSessionOf, othersHint, sessionOption } from '../replay/bundled-sessions.ts';
import { findRecording } from '../replay/find-recording.ts';
import { onStopSignals } from '../server/stop-signals.ts';

export const command = defineCommand({
  syntax: 'inspect [FILE]',
  summary: 'Open a session in a local page: its machines, step by step, forwards and backwards, or live.',
  maxWords: 1,
  options: sessionOption,
  notes: [
    'FILE is a log, or a session by its name as `logs list` shows it; when left out, the one of the server that runs',
    'here, else the newest. A session that is still running is followed live.',
    'It may be a bundle (see: signalbox logs --help): then the newest session of a host in it, or the one of --session.',
    'The page is served to this machine only, until Ctrl-C; the address it prints opens it once.',
  ].join('\n'),
  async run({ session }, [word]) {
    const home = homeFolder(process.env);
    const file = (word === undefined && newestRunning(home)) || findRecording(word, home);
    const page = await servePage(await pageFiles(), await sourceIn(file, session));
    const stopped = new Promise<void>((resolve) => onStopSignals(() => resolve(), exitCodes.interrupted));
    process.stdout.write(`Open ${page.url}\nCtrl-C ends it.\n`);
    await stopped;
    await page.close();
    return exitCodes.ok;
  },
});

async function sourceIn(file: string, session: string | undefined): Promise<Source> {
  const bundle = await bundleIn(file);
  if (bundle === undefined) {
    if (session === undefined) return logSource(file);
    throw usageError('--session chooses in a bundle; a session of this machine is named as FILE');
  }
  const chosen = oneSessionOf(bundle, session);
  const hint = session === undefined ? othersHint(bundle, chosen) : undefined;
  if (hint) process.stdout.write(`${printable(hint)}\n`);
  return recordedSource(nameOf(chosen), () => readBundled(bundle, chosen));
}

/** The log of the server that was started last, of those that run. */
function newestRunning(home: string): string | undefined {
  return listSessions(join(home, 'logs', 'remote')).findLast(({ alive }) => alive)?.segments[0]?.file;
}
