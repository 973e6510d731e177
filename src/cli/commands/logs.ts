import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { listSessions, type SessionFiles } from '../../log/list-sessions.ts';
import { noMoreWords, readAction } from '../actions.ts';
import { CliError, usageError } from '../cli-error.ts';
import { defineCommand, type OptionValues } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { homeFolder, workingDirectory } from '../home.ts';
import { jsonOption } from '../json-option.ts';
import type { Bundled } from '../logs/bundle-logs.ts';
import { namedSession, newestSessions } from '../logs/choose-sessions.ts';
import { printListing } from '../table.ts';

const DEFAULT_SESSIONS = 3;

const options = {
  ...jsonOption,
  of: {
    type: 'string',
    choices: ['host', 'hub'],
    describe: 'whose logs; host when left out, for a bundle both',
  },
  out: { type: 'string', value: 'PATH', describe: 'bundle: the file to write, or a folder for it' },
  sessions: {
    type: 'number',
    value: 'N',
    describe: `bundle: so many of the newest sessions, of hosts and of hubs; ${DEFAULT_SESSIONS} when left out`,
  },
} as const;
type Options = OptionValues<typeof options>;

export const command = defineCommand({
  syntax: 'logs [list | show [SESSION] | path [SESSION] | bundle [SESSION…]]',
  summary: 'List the session logs of this machine, print one, say where it is, or pack some into one file.',
  options,
  notes: [
    'SESSION is a name from the list, or the beginning of one; the newest when left out. For a',
    'bundle it may be a log file.',
    'A bundle is for the report of a bug: logs, versions, machines, and settings without values that',
    'could be secret, in one file that replay and inspect open. Whoever has it can read what was said',
    'in these sessions.',
  ].join('\n'),
  async run(options, words) {
    const action = readAction('logs', ['list', 'show', 'path', 'bundle'], words);
    if (action === 'bundle') return bundle(options, words.slice(1));
    for (const name of ['out', 'sessions'] as const)
      if (options[name] !== undefined) throw usageError(`--${name} goes with: signalbox logs bundle`);
    noMoreWords(words, 2, `logs ${action}`);
    const dir = join(homeFolder(process.env), 'logs', options.of === 'hub' ? 'hub' : 'remote');
    const sessions = listSessions(dir);
    if (action === 'list') {
      noMoreWords(words, 1, 'logs list');
      const rows = sessions.map(({ session, started, alive, bytes }) => [
        session,
        started,
        alive ? 'running' : 'ended',
        `${Math.ceil(bytes / 1024)} KB`,
      ]);
      printListing(options.json, sessions, ['session', 'started', 'state', 'size'], rows);
      return exitCodes.ok;
    }
    const files = findSession(sessions, words[1], dir).segments.map(({ file }) => file);
    if (action === 'path')
      process.stdout.write(options.json ? `${JSON.stringify(files)}\n` : `${files.join('\n')}\n`);
    else for (const file of files) await pipeline(createReadStream(file), process.stdout, { end: false });
    return exitCodes.ok;
  },
});

async function bundle({ json, of, out, sessions: count }: Options, words: string[]): Promise<number> {
  if (words.length > 0 && (count !== undefined || of !== undefined))
    throw usageError('--sessions and --of choose sessions; leave them out, or the names');
  if (count !== undefined && !(Number.isInteger(count) && count > 0))
    throw usageError(`--sessions ${count} is no number of sessions`);
  const home = homeFolder(process.env);
  const sessions =
    words.length > 0
      ? await Promise.all(words.map((word) => namedSession(word, home)))
      : newestSessions(home, count ?? DEFAULT_SESSIONS, of === undefined ? ['host', 'hub'] : [of]);
  const { bundleLogs } = await import('../logs/bundle-logs.ts');
  const bundled = await bundleLogs({ sessions, home, project: workingDirectory(), out });
  const { file, bytes, manifest } = bundled;
  process.stdout.write(
    json ? `${JSON.stringify({ file, bytes, ...manifest }, null, 2)}\n` : showBundle(bundled),
  );
  return exitCodes.ok;
}

function showBundle({ file, bytes, manifest }: Bundled): string {
  const names = manifest.sessions.map(
    ({ session, of, alive }) => `  ${of ?? 'log'} ${session}${alive ? ' (still running)' : ''}`,
  );
  return [
    `${file} (${Math.ceil(bytes / 1024)} KB, readable only by you)`,
    ...names,
    'Whoever has it can read what was said in these sessions: messages, commands, and what they printed.',
    `Look into it with: tar tzf ${file}`,
    `Open it with: signalbox replay ${file}`,
    '',
  ].join('\n');
}

function findSession(sessions: SessionFiles[], name: string | undefined, dir: string): SessionFiles {
  const found =
    name === undefined ? sessions.at(-1) : sessions.find(({ session }) => session.startsWith(name));
  if (found) return found;
  throw new CliError(
    name === undefined
      ? `there is no log in ${dir} yet. Start a host with: signalbox server`
      : `no session "${name}" in ${dir}. See: signalbox logs list`,
  );
}
