import { basename } from 'node:path';
import { signalboxHome } from '../../../actors/home.ts';
import { pageFiles } from '../../../inspector/serve/page-files.ts';
import { servePage } from '../../../inspector/serve/serve-page.ts';
import type { LogEntry } from '../../log/reader.ts';
import { readRecording } from '../../replay/read-recording.ts';
import { usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { findRecording } from '../replay/find-recording.ts';
import { onStopSignals } from '../server/stop-signals.ts';

export const command = defineCommand({
  syntax: 'inspect [FILE]',
  summary: 'Open a recorded session in a local page: its machines, step by step, forwards and backwards.',
  maxWords: 1,
  options: {},
  notes: [
    'FILE is a log, or a session by its name as `logs list` shows it; the newest session when left out.',
    'The page is served to this machine only, until Ctrl-C; the address it prints opens it once.',
  ].join('\n'),
  async run(_, [word]) {
    const file = findRecording(word, signalboxHome(process.env));
    const page = await servePage(await pageFiles(), await readDelivery(file));
    const stopped = new Promise<void>((resolve) => onStopSignals(() => resolve(), exitCodes.interrupted));
    process.stdout.write(`Open ${page.url}\nCtrl-C ends it.\n`);
    await stopped;
    await page.close();
    return exitCodes.ok;
  },
});

/** What the page asks for, as JSON. Where the file lies on this machine is none of its business. */
async function readDelivery(file: string): Promise<string> {
  const entries: LogEntry[] = [];
  try {
    for await (const entry of readRecording(file)) entries.push({ ...entry, file: basename(entry.file) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw usageError(`${file} cannot be read: ${(error as Error).message}`);
  }
  return JSON.stringify({ title: basename(file), entries });
}
