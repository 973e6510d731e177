import yargs from 'yargs';
import type { Command } from './command.ts';
import { describeExitCodes } from './exit-codes.ts';

export interface Listed {
  name: string;
  alias?: string;
  summary: string;
}

/** The page of `signalbox --help`. */
export function overview(commands: readonly Listed[]): Promise<string> {
  const page = base(
    'signalbox <command> [options]\n\nDrives coding agents on machines of your own.',
  ).epilogue(
    'signalbox <command> --help tells more.\n\n' +
      'Where things are kept: $SIGNALBOX_HOME, else ~/.signalbox\n' +
      'Which hub: --hub, else $SIGNALBOX_HUB, else "hub" in settings.json, else the one that runs on this machine\n' +
      `Which token: $SIGNALBOX_TOKEN, else the one kept for that hub\n\n${describeExitCodes()}`,
  );
  for (const { name, alias, summary } of commands) page.command(alias ? [name, alias] : name, summary);
  return page.getHelp();
}

/** The page of `signalbox <command> --help`. */
export function commandPage(command: Command): Promise<string> {
  const page = base(`signalbox ${command.syntax}\n\n${command.summary}`);
  for (const [name, { type, describe, value, choices }] of Object.entries(command.options))
    page.option(name, {
      type,
      describe: value ? `${value}: ${describe}` : describe,
      ...(choices ? { choices } : {}),
    });
  return page.epilogue([command.notes, describeExitCodes()].filter(Boolean).join('\n\n')).getHelp();
}

const base = (usage: string) =>
  yargs([])
    .scriptName('signalbox')
    .usage(usage)
    .help()
    .version(false)
    .wrap(Math.min(110, process.stdout.columns ?? 100));
