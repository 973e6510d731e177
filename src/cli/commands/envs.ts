import { defineCommand } from '../command.ts';
import { asking, connect } from '../connect.ts';
import { everyPage } from '../every-page.ts';
import { exitCodes } from '../exit-codes.ts';
import { hubOption } from '../hub-choice.ts';
import { jsonOption } from '../json-option.ts';
import { ago, printListing } from '../table.ts';

export const command = defineCommand({
  syntax: 'envs',
  summary: 'List the environments of the hub: the machines where tools run.',
  maxWords: 0,
  options: { ...hubOption, ...jsonOption },
  notes: 'HELD counts the messages that the hub keeps for an environment until it is back.',
  async run(options) {
    const { client } = await connect(options.hub);
    const environments = await asking(everyPage(client.environments.list));
    const now = Date.now();
    printListing(
      options.json,
      environments,
      ['name', 'status', 'mode', 'last seen', 'held', 'id'],
      environments.map((environment) => [
        environment.connectionName,
        environment.status,
        environment.currentMode ?? '-',
        environment.status === 'online' ? 'now' : ago(environment.lastSeenAt, now),
        String(environment.held ?? 0),
        environment.id,
      ]),
    );
    return exitCodes.ok;
  },
});
