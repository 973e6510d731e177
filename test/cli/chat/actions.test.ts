import { beforeEach, expect, test } from 'vitest';
import { ChatActions } from '../../../src/cli/chat/actions.ts';
import { type Answer, type Approval, emptyView, type Session } from '../../../src/client/index.ts';

let printed: string[];
let answers: [string, Answer][];
let approvals: Approval[];
let actions: ChatActions;
const asks = (requestId: string, toolName: string): Approval => ({
  ...{ requestId, toolCallId: `call-${requestId}`, toolName, input: {}, suggestions: [], diffs: [] },
});

beforeEach(() => {
  printed = [];
  answers = [];
  approvals = [asks('perm-1', 'Bash'), asks('perm-2', 'Write')];
  const session: Pick<Session, 'view' | 'answer'> = {
    view: () => ({ ...emptyView, approvals }),
    answer: async (requestId, answer) => {
      answers.push([requestId, answer]);
      return { ok: true, error: null, decided: null, held: null, code: null };
    },
  };
  actions = new ChatActions({
    session: session as Session,
    screen: { print: (text) => printed.push(text), lend: (work) => work() },
    typed: () => undefined,
    queued: () => undefined,
    leave: () => undefined,
  });
});

test('CLI-53 an answer is to the call that asked when its line was begun', async () => {
  await actions.run('deny', 'no', 'perm-1');
  expect(answers).toEqual([['perm-1', { behavior: 'deny', message: 'no' }]]);
});

test('CLI-53 an answer to a call that asks no longer meets no other', async () => {
  approvals = approvals.slice(1);
  for (const name of ['approve', 'deny', 'always'] as const) await actions.run(name, '', 'perm-1');
  await actions.run('edit', '{}', 'perm-1');
  expect(answers).toEqual([]);
  expect(printed).toHaveLength(4);
  expect(printed[0]).toMatch(/asks no longer; nothing was answered; Write asks now/);
});

test('CLI-53 an answer that was begun before the question is not taken, and that is told', async () => {
  await actions.run('approve', '', null);
  expect(answers).toEqual([]);
  expect(printed[0]).toMatch(/typed before the question; Bash asks now/);
  approvals = [];
  await actions.run('approve', '', null);
  expect(printed[1]).toBe('nothing asks for permission now');
});
