import { join } from 'node:path';
import { openSessionLog, type SessionLog } from '../../log/session-log.ts';
import { version } from '../version.ts';

/** The session log of a hub or a host in this home. With `debug` what happens to connections is told on stderr too. */
export function openLog(
  home: string,
  of: 'hub' | 'remote',
  debug: boolean,
  facts: Record<string, string>,
): SessionLog {
  const log = openSessionLog({
    dir: join(home, 'logs', of),
    meta: {
      program: `signalbox ${of === 'hub' ? 'hub' : 'server'}`,
      versions: { signalbox: version, node: process.version },
      ...facts,
    },
  });
  if (!debug) return log;
  const write = log.lifecycle.bind(log);
  log.lifecycle = (verb, json) => {
    write(verb, json);
    process.stderr.write(`${of === 'hub' ? 'hub' : 'host'} ${verb} ${JSON.stringify(json)}\n`);
  };
  return log;
}
