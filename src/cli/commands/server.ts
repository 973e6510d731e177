import { modes } from '../../protocol/modes.ts';
import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { homeFolder, workingDirectory } from '../home.ts';
import { hubOption } from '../hub-choice.ts';
import { environmentName, terminalQuestion } from '../server/env-name.ts';
import { inspectModes } from '../server/inspect-modes.ts';
import { listenOptions, readListen } from '../server/listen-address.ts';
import { runServer } from '../server/run-server.ts';

export const command = defineCommand({
  syntax: 'server',
  summary: 'Run turns on this machine, in this directory. With a hub of its own, unless there is one.',
  maxWords: 0,
  options: {
    'env-name': { type: 'string', value: 'NAME', describe: 'the name of this environment; saved' },
    ...hubOption,
    ...listenOptions,
    mode: {
      type: 'string',
      choices: modes,
      describe: 'the permission mode of conversations that have none yet; standard when left out',
    },
    inspect: {
      type: 'string',
      choices: inspectModes,
      bare: 'page',
      describe:
        'show this session live: in a local page of its machines, or with =stately in the inspector of Stately',
    },
    debug: { type: 'boolean', describe: 'tell on stderr what happens to connections' },
  },
  notes: [
    'Without --hub and without a configured hub it runs a hub of its own, or joins the one that runs in this home.',
    'The first start asks for the name on a terminal; elsewhere it takes the name of the machine.',
    'SIGINT, SIGTERM and SIGHUP let the running turn end and stop; the second one stops at once.',
  ].join('\n'),
  async run(options): Promise<ExitCode> {
    const project = workingDirectory();
    const listen = readListen(options.listen, {
      trustProxy: options['trust-proxy'],
      insecure: options.insecure,
    });
    const envName = await environmentName(options['env-name'], project, terminalQuestion());
    try {
      return await runServer({
        hub: options.hub,
        home: homeFolder(process.env),
        project,
        envName,
        listen,
        mode: options.mode ?? 'standard',
        trustProxy: options['trust-proxy'] ?? false,
        debug: options.debug ?? false,
        ...(options.inspect ? { inspect: options.inspect } : {}),
      });
    } catch (error) {
      throw explained(error);
    }
  },
});

/** What keeps a server from starting is told by its message; anything else is a bug and keeps its stack. */
function explained(error: unknown): unknown {
  const known = ['HubStartError', 'StoreError', 'HubRunning', 'HostError', 'SessionLogError'];
  if (!(error instanceof Error) || !known.includes(error.name)) return error;
  const superseded = (error as { kind?: string }).kind === 'superseded';
  return new CliError(error.message, superseded ? exitCodes.superseded : exitCodes.failure);
}
