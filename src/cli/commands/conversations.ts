import { needWord, noMoreWords, readAction } from '../actions.ts';
import { CliError, usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { asking, connect } from '../connect.ts';
import { everyPage } from '../every-page.ts';
import { exitCodes } from '../exit-codes.ts';
import { hubOption } from '../hub-choice.ts';
import { jsonOption } from '../json-option.ts';
import { printListing } from '../table.ts';

export const command = defineCommand({
  syntax: 'conversations [list | create [SUMMARY] | delete ID]',
  summary: 'List, create or delete conversations.',
  maxWords: 2,
  options: {
    ...hubOption,
    ...jsonOption,
    agent: {
      type: 'string',
      value: 'ID',
      describe: 'the agent; create takes the oldest when it is left out',
    },
    yes: { type: 'boolean', describe: 'delete: do it' },
  },
  notes: 'Each agent also has a conversation named default, which is not listed and always there.',
  async run(options, words) {
    const action = readAction('conversations', ['list', 'create', 'delete'], words);
    if (action === 'delete' && !options.yes)
      throw usageError('deleting a conversation cannot be undone. Say --yes if that is meant');
    const { client } = await connect(options.hub);
    const show = (value: unknown, line: string) =>
      process.stdout.write(options.json ? `${JSON.stringify(value, null, 2)}\n` : `${line}\n`);
    switch (action) {
      case 'list': {
        noMoreWords(words, 1, 'conversations list');
        const of = options.agent ? { agent_id: options.agent } : {};
        const conversations = await asking(
          everyPage((page) => client.conversations.list({ ...page, ...of })),
        );
        const rows = conversations.map((one) => [
          one.summary ?? '-',
          String(one.last_message_at ?? one.created_at ?? '-'),
          one.agent_id,
          one.id,
        ]);
        printListing(options.json, conversations, ['summary', 'last message', 'agent', 'id'], rows);
        break;
      }
      case 'create': {
        const agent = options.agent ?? (await asking(client.agents.list({ limit: 1 })))[0]?.id;
        if (!agent)
          throw new CliError('the hub has no agent yet. Make one with: signalbox agents create NAME');
        const [, summary] = words;
        const made = await asking(client.conversations.create(agent, summary ? { summary } : {}));
        show(made, `created ${made.id} with ${made.agent_id}`);
        break;
      }
      case 'delete': {
        const id = needWord(words, 1, "the conversation's id", 'conversations delete conv-123 --yes');
        await asking(client.conversations.delete(id));
        show({ deleted: id }, `deleted ${id}`);
      }
    }
    return exitCodes.ok;
  },
});
