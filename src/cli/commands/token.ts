import { text as readAll } from 'node:stream/consumers';
import { isToken, writeToken } from '../../../actors/credentials.ts';
import { needWord, noMoreWords, readAction } from '../actions.ts';
import { CliError, usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { asking, connect } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import { homeFolder } from '../home.ts';
import { chooseHub, configuredHub, hubOption } from '../hub-choice.ts';
import { jsonOption } from '../json-option.ts';
import { printListing } from '../table.ts';

const rights = ['read', 'answer', 'send', 'machine', 'owner'] as const;

export const command = defineCommand({
  syntax: 'token [list | create NAME | revoke ID | save | show]',
  summary: 'List, create and revoke the tokens of a hub, or keep one for this machine.',
  maxWords: 2,
  options: {
    ...hubOption,
    ...jsonOption,
    right: { type: 'string', choices: rights, describe: 'create: what the token may do; send when left out' },
  },
  notes: [
    'Rights, each with those before it: read, answer (approvals), send (messages), machine (a host), owner.',
    'save reads a token from standard input and keeps it for --hub: signalbox token save --hub URL < file',
    'show prints the token that this machine uses; it is the only command that does.',
    'A token that was made is printed once and stored nowhere but, hashed, in the hub.',
  ].join('\n'),
  async run(options, words) {
    const action = readAction('token', ['list', 'create', 'revoke', 'save', 'show'], words);
    if (action === 'show') {
      noMoreWords(words, 1, 'token show');
      const { url, token } = chooseHub(options.hub, process.env);
      process.stdout.write(options.json ? `${JSON.stringify({ url, token })}\n` : `${token}\n`);
      return exitCodes.ok;
    }
    if (action === 'save') return save(options.hub);
    const { client } = await connect(options.hub);
    switch (action) {
      case 'list': {
        noMoreWords(words, 1, 'token list');
        const tokens = await asking(client.tokens.list());
        const rows = tokens.map(({ person, right, id }) => [person, right, id]);
        printListing(options.json, tokens, ['person', 'right', 'id'], rows);
        break;
      }
      case 'create': {
        const person = needWord(words, 1, 'the name of its person', 'token create anna --right send');
        const made = await asking(client.tokens.create({ person, right: options.right ?? 'send' }));
        process.stdout.write(options.json ? `${JSON.stringify(made, null, 2)}\n` : `${made.token}\n`);
        if (!options.json)
          process.stderr.write(
            `Token ${made.id} of ${made.person} (${made.right}). It is not shown again.\n`,
          );
        break;
      }
      case 'revoke': {
        const id = needWord(words, 1, "the token's id", 'token revoke tok-123');
        await asking(client.tokens.revoke(id));
        process.stdout.write(options.json ? `${JSON.stringify({ revoked: id })}\n` : `revoked ${id}\n`);
      }
    }
    return exitCodes.ok;
  },
});

async function save(hubOption: string | undefined): Promise<number> {
  const url = configuredHub(hubOption, process.env);
  if (url === null) throw usageError('say which hub the token is for: signalbox token save --hub URL');
  if (process.stdin.isTTY) process.stderr.write(`The token for ${url}, then Enter and Ctrl-D: `);
  const token = (await readAll(process.stdin)).trim();
  if (token === '') throw usageError('no token came on standard input. Pipe it in, or type it');
  if (!isToken(token))
    throw usageError('what came on standard input is no token: it is one word of ASCII, and nothing else');
  const written = writeToken(homeFolder(process.env), url, token);
  if (!written.ok) throw new CliError(written.message);
  process.stderr.write(`The token for ${url} is kept.\n`);
  return exitCodes.ok;
}
