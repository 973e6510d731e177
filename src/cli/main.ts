import { CliError } from './cli-error.ts';
import type { Command } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Listed } from './help.ts';
import { parseWords } from './parse.ts';
import { version } from './version.ts';

interface Entry extends Listed {
  load(): Promise<{ command: Command }>;
}

/** Every command. Its file is loaded when it is used, so that `server` starts without the rest. */
const commands: Entry[] = [
  {
    name: 'server',
    summary: 'Run turns on this machine; with a hub of its own unless there is one',
    load: () => import('./commands/server.ts'),
  },
  {
    name: 'hub',
    summary: 'Run a hub alone',
    load: () => import('./commands/hub.ts'),
  },
  {
    name: 'send',
    summary: 'Send one message and stream the answer',
    load: () => import('./commands/send.ts'),
  },
  {
    name: 'chat',
    alias: 'attach',
    summary: 'Talk to an agent in the terminal',
    load: () => import('./commands/chat.ts'),
  },
  {
    name: 'envs',
    summary: 'List the environments of the hub',
    load: () => import('./commands/envs.ts'),
  },
  {
    name: 'agents',
    summary: 'List, create, rename or delete agents',
    load: () => import('./commands/agents.ts'),
  },
  {
    name: 'conversations',
    summary: 'List, create or delete conversations',
    load: () => import('./commands/conversations.ts'),
  },
  {
    name: 'logs',
    summary: 'List and show the session logs of this machine',
    load: () => import('./commands/logs.ts'),
  },
  {
    name: 'replay',
    summary: 'Run a recorded session through the machines again',
    load: () => import('./commands/replay.ts'),
  },
  {
    name: 'inspect',
    summary: 'Open a session, recorded or running, in a local page and step through it',
    load: () => import('./commands/inspect.ts'),
  },
  {
    name: 'why',
    summary: 'Say what each conversation waits for, and who can change it',
    load: () => import('./commands/why.ts'),
  },
  {
    name: 'graph',
    summary: 'Draw a machine: as a picture, as Mermaid or as data',
    load: () => import('./commands/graph.ts'),
  },
  {
    name: 'token',
    summary: 'List, create, revoke, save or show tokens of the hub',
    load: () => import('./commands/token.ts'),
  },
];

async function run(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const { overview } = await import('./help.ts');
    const page = `${await overview(commands)}\n`;
    (name === undefined ? process.stderr : process.stdout).write(page);
    return name === undefined ? exitCodes.usage : exitCodes.ok;
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${version}\n`);
    return exitCodes.ok;
  }
  const entry = commands.find((known) => known.name === name || known.alias === name);
  if (!entry) throw new CliError(`unknown command "${name}". See: signalbox --help`, exitCodes.usage);
  const { command } = await entry.load();
  const parsed = parseWords(name, command, rest);
  if (!parsed.help) return command.run(parsed.options, parsed.words);
  const { commandPage } = await import('./help.ts');
  process.stdout.write(`${await commandPage(command)}\n`);
  return exitCodes.ok;
}

/** Who reads our output may stop reading: that is no fault. What could not be written otherwise is. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.ok);
    if (stream === process.stdout)
      process.stderr.write(
        `signalbox: the output could not be written: ${error.message}. Free some space, or send it elsewhere\n`,
      );
    process.exit(exitCodes.failure);
  });

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.exitCode = explain(error);
}

function explain(error: unknown): ExitCode {
  if (error instanceof CliError) {
    process.stderr.write(`signalbox: ${error.message}\n`);
    return error.exitCode;
  }
  // Not ours by intent: the stack is what a report of the bug needs.
  process.stderr.write(`signalbox: a bug. ${error instanceof Error ? error.stack : String(error)}\n`);
  return exitCodes.failure;
}
