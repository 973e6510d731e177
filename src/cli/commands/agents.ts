import { needWord, noMoreWords, readAction } from '../actions.ts';
import { usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { asking, connect } from '../connect.ts';
import { everyPage } from '../every-page.ts';
import { exitCodes } from '../exit-codes.ts';
import { hubOption } from '../hub-choice.ts';
import { jsonOption } from '../json-option.ts';
import { printListing } from '../table.ts';

export const command = defineCommand({
  syntax: 'agents [list | create NAME | rename ID NAME | delete ID]',
  summary: 'List, create, rename or delete the agents of the hub.',
  maxWords: 3,
  options: {
    ...hubOption,
    ...jsonOption,
    model: { type: 'string', value: 'PROVIDER/MODEL', describe: 'create: the model of the new agent' },
    yes: { type: 'boolean', describe: 'delete: do it, with all its conversations' },
  },
  notes: 'Example: signalbox agents create reviewer --model anthropic/claude-sonnet-5-5',
  async run(options, words) {
    const action = readAction('agents', ['list', 'create', 'rename', 'delete'], words);
    if (action === 'delete' && !options.yes)
      throw usageError('deleting an agent deletes all its conversations. Say --yes if that is meant');
    const { client } = await connect(options.hub);
    const show = (value: unknown, line: string) =>
      process.stdout.write(options.json ? `${JSON.stringify(value, null, 2)}\n` : `${line}\n`);
    switch (action) {
      case 'list': {
        noMoreWords(words, 1, 'agents list');
        const agents = await asking(everyPage(client.agents.list));
        const rows = agents.map(({ name, model, id }) => [name, model ?? '-', id]);
        printListing(options.json, agents, ['name', 'model', 'id'], rows);
        break;
      }
      case 'create': {
        const name = needWord(words, 1, "the new agent's name", 'agents create reviewer');
        noMoreWords(words, 2, 'agents create reviewer');
        const agent = await asking(
          client.agents.create({ name, ...(options.model ? { model: options.model } : {}) }),
        );
        show(agent, `created ${agent.name} (${agent.id}), model ${agent.model}`);
        break;
      }
      case 'rename': {
        const id = needWord(words, 1, "the agent's id", 'agents rename agent-123 reviewer');
        const name = needWord(words, 2, "the agent's new name", 'agents rename agent-123 reviewer');
        const agent = await asking(client.agents.update(id, { name }));
        show(agent, `${agent.id} is now ${agent.name}`);
        break;
      }
      case 'delete': {
        const id = needWord(words, 1, "the agent's id", 'agents delete agent-123 --yes');
        noMoreWords(words, 2, 'agents delete agent-123 --yes');
        await asking(client.agents.delete(id));
        show({ deleted: id }, `deleted ${id}`);
      }
    }
    return exitCodes.ok;
  },
});
