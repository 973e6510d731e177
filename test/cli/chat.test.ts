import { afterAll, beforeAll, expect, test } from 'vitest';
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
