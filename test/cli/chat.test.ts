import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { TempHome } from '../support/temp-server.ts';

let place: TempHome;
beforeAll(async () => {
  place = new TempHome();
  await place.startServer(['--env-name', 'laptop']);
  await place.run(['agents', 'create', 'default']);
});
afterAll(() => place.remove());

const newConversation = async (): Promise<string> =>
  JSON.parse((await place.run(['conversations', 'create', '--json'])).stdout).id;

test('CLI-39 chat takes piped lines one by one, waits for the answer, and leaves with 0', async () => {
  const conversation = await newConversation();
  const { code, stdout } = await place.run(
    ['chat', '--conversation', conversation],
    'hello there\n/mode\n/nope\n',
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/^laptop · conversation conv-\S+/);
  expect(stdout).toContain('I am demo/scripted');
  expect(stdout).toContain('standard\n');
  expect(stdout).toContain('there is no /nope');
  expect(stdout).toMatch(/[^\n]\n$/);
});

test('CLI-39 what one person is asked in send another answers in chat, with other arguments', async () => {
  const conversation = await newConversation();
  const text = ['#script', 'call Bash {"command":"echo asked"}', '---', 'say The result: {{1}}'].join('\n');
  const left = await place.run(['send', '--conversation', conversation, text]);
  expect(left.code).toBe(4);
  const chat = place.start(['attach', '--conversation', conversation], {
    input: '/edit {"command":"echo edited"}\n',
  });
  await chat.says('Bash asks for permission');
  const { code, stdout } = await chat.ended;
  expect(code).toBe(0);
  expect(stdout).toContain('> Bash echo edited (edited)');
  expect(stdout).toContain('The result: edited');
});

test('CLI-55 a chat whose token was revoked says why with the way out, and ends as send does', async () => {
  const away = new TempHome();
  onTestFinished(() => away.remove());
  const hub = away.start(['hub', '--listen', '127.0.0.1:0']);
  const url = await away.hubUrl();
  const server = away.start(['server', '--hub', url, '--env-name', 'laptop']);
  await server.says('Ready.');
  await away.run(['agents', 'create', 'default']);
  const { token, id } = JSON.parse(
    (await away.run(['token', 'create', 'anna', '--right', 'send', '--json'])).stdout,
  );
  // The keyboard of this one stays open, as a person's does.
  const chat = away.start(['chat', '--hub', url], {
    env: { SIGNALBOX_TOKEN: token },
    by: (command) => ['sh', '-c', 'mkfifo "$0" && exec "$@" <> "$0"', join(away.root, 'keys'), ...command],
  });
  await chat.says('/help tells');
  expect((await away.run(['token', 'revoke', id])).code).toBe(0);
  await hub.stop();
  const port = new URL(url).host;
  const again = away.start(['hub', '--listen', port]);
  await again.says(port);
  await chat.says('the chat is over');
  expect(chat.stderr).toMatch(
    /^signalbox: the chat is over[^\n]*signalbox token create NAME[^\n]*token save --hub URL\n$/,
  );
  expect((await chat.ended).code).toBe(exitCodes.failure);
});
