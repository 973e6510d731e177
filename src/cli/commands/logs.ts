import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { signalboxHome } from '../../../actors/home.ts';
import { listSessions, type SessionFiles } from '../../log/list-sessions.ts';
import { noMoreWords, readAction } from '../actions.ts';
import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { jsonOption } from '../json-option.ts';
import { printListing } from '../table.ts';

export const command = defineCommand({
  syntax: 'logs [list | show [SESSION] | path [SESSION]]',
  summary: 'List the session logs of this machine, print one, or say where it is.',
  maxWords: 2,
  options: {
    ...jsonOption,
    of: { type: 'string', choices: ['host', 'hub'], describe: 'whose logs; host when left out' },
  },
  notes: 'SESSION is a name from the list, or the beginning of one; the newest when left out.',
  async run(options, words) {
    const action = readAction('logs', ['list', 'show', 'path'], words);
    const dir = join(signalboxHome(process.env), 'logs', options.of === 'hub' ? 'hub' : 'remote');
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
