import { resolve } from 'node:path';
import { credentialsPath } from '../../../actors/credentials.ts';
import { CliError, usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { homeFolder } from '../home.ts';
import { listenOptions, readListen } from '../server/listen-address.ts';
import { runHub } from '../server/run-hub.ts';
import { onStopSignals } from '../server/stop-signals.ts';
import { welcome } from '../server/welcome.ts';
import { version } from '../version.ts';

export const command = defineCommand({
  syntax: 'hub',
  summary: 'Run a hub alone: what hosts and clients connect to.',
  maxWords: 0,
  options: {
    ...listenOptions,
    store: {
      type: 'string',
      value: 'sqlite:PATH',
      describe: 'where it keeps its data; hub.sqlite of this home',
    },
    debug: { type: 'boolean', describe: 'tell on stderr what happens to connections' },
  },
  notes: [
    'The owner token is SIGNALBOX_TOKEN, else one that is made on the first start and kept; see: signalbox token show',
    'On another machine: SIGNALBOX_TOKEN=… signalbox server --hub URL --env-name NAME',
  ].join('\n'),
  async run(options) {
    const home = homeFolder(process.env);
    const listen = readListen(options.listen, {
      trustProxy: options['trust-proxy'],
      insecure: options.insecure,
    });
    const storePath = readStore(options.store);
    const hub = await runHub({
      home,
      listen,
      ...(storePath ? { storePath } : {}),
      trustProxy: options['trust-proxy'] ?? false,
      debug: options.debug ?? false,
    }).catch(refuse);
    const stopped = Promise.withResolvers<number>();
    onStopSignals(() => {
      process.stdout.write('Stopping.\n');
      void hub.close().then(() => stopped.resolve(exitCodes.ok));
    }, exitCodes.interrupted);
    const token = process.env.SIGNALBOX_TOKEN ? '$SIGNALBOX_TOKEN' : credentialsPath(home);
    const facts = { version, host: null, hub: hub.url, isHubHere: true, model: hub.model };
    process.stdout.write(`${welcome(facts)}\n  owner token  kept in ${token}\nReady. Ctrl-C stops it.\n`);
    return stopped.promise;
  },
});

function readStore(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const path = /^sqlite:(?:\/\/)?(.+)$/.exec(text)?.[1];
  if (path) return resolve(path);
  throw usageError(
    `--store "${text}" is not known. Give sqlite:PATH, such as sqlite:/var/lib/signalbox/hub.sqlite`,
  );
}

/** What keeps a hub from starting is told by its message; anything else is a bug. */
function refuse(error: unknown): never {
  if (
    error instanceof Error &&
    ['HubStartError', 'StoreError', 'HubRunning', 'SessionLogError'].includes(error.name)
  )
    throw new CliError(error.message);
  throw error;
}
