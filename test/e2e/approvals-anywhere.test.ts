import { afterEach, describe, expect, test } from 'vitest';
import type { Session } from '../../src/client/index.ts';
import { ended, Stand, script, until, writes } from './support/stand.ts';

let stand: Stand;
afterEach(() => stand.close());

const ask = (session: Session) => session.send(script(writes('ran'), '---', 'say Done.'));
const questionOf = async (session: Session): Promise<string> =>
  (await until(session, ({ approvals }) => approvals.length === 1)).approvals[0]?.requestId ?? '';

describe('an approval', () => {
  test('D15 is answered by a client that came later, and its tool waits for no connection', async () => {
    stand = await Stand.open();
    const conversation = await stand.conversation();
    const first = await stand.session(conversation);
    const { clientMessageId } = await ask(first);
    const question = await questionOf(first);
    first.close();
    const late = await stand.session(conversation);
    expect(await questionOf(late)).toBe(question);
    // The tool begins with the link, and ends without it.
    await late.answer(question, {
      behavior: 'allow',
      updatedInput: { command: 'while [ ! -e go ]; do sleep 0.05; done; echo ran >> ledger' },
    });
    await until(late, ({ loopStatus }) => loopStatus?.status === 'EXECUTING_CLIENT_SIDE_TOOL');
    stand.link.cut();
    await until(late, ({ environment }) => environment?.status === 'offline');
    stand.touch('go');
    await expect.poll(() => stand.lines()).toEqual(['ran']);
    stand.link.restore();
    expect(await ended(late, clientMessageId)).toBe('end_turn');
    expect(stand.lines()).toEqual(['ran']);
  });

  test('D15 is answered while its host is away, and the answer waits for the host', async () => {
    stand = await Stand.open();
    const conversation = await stand.conversation();
    const session = await stand.session(conversation);
    const { clientMessageId } = await ask(session);
    const question = await questionOf(session);
    await stand.killHost();
    await until(session, ({ environment }) => environment?.status === 'offline');
    const late = await stand.session(conversation);
    expect(await questionOf(late)).toBe(question);
    expect(await late.answer(question, { behavior: 'allow' })).toMatchObject({
      ok: true,
      held: expect.anything(),
    });
    expect(stand.lines()).toEqual([]);
    await stand.startHost();
    expect(await ended(late, clientMessageId)).toBe('end_turn');
    expect(stand.lines()).toEqual(['ran']);
  });

  test('D15 has an end when one is wished for, and none else', async () => {
    stand = await Stand.open({ approvalLimitMs: 300 });
    const session = await stand.session(await stand.conversation());
    const { clientMessageId } = await ask(session);
    const question = await questionOf(session);
    expect(await ended(session, clientMessageId)).toBe('end_turn');
    expect(stand.lines()).toEqual([]);
    expect(await session.answer(question, { behavior: 'allow' })).toMatchObject({
      ok: false,
      decided: { by: 'time limit', behavior: 'deny' },
    });
  });
});

describe('what the documents of others say and their code does not', () => {
  test('D19 an approval is kept when every connection is gone, of clients and of the host', async () => {
    stand = await Stand.open();
    const conversation = await stand.conversation();
    const session = await stand.session(conversation);
    const { clientMessageId } = await ask(session);
    const question = await questionOf(session);
    session.close();
    stand.link.cut();
    const online = async () => (await stand.client.environments.list({ onlineOnly: true })).length;
    await expect.poll(online).toBe(0);
    stand.link.restore();
    await expect.poll(online).toBe(1);
    const back = await stand.session(conversation);
    expect(await questionOf(back)).toBe(question);
    await back.answer(question, { behavior: 'allow' });
    expect(await ended(back, clientMessageId)).toBe('end_turn');
    expect(stand.lines()).toEqual(['ran']);
  });

  test('D19 an answer left by REST among the messages is an answer, and the call runs', async () => {
    stand = await Stand.open();
    const session = await stand.session(await stand.conversation());
    const { clientMessageId } = await ask(session);
    const question = await questionOf(session);
    const { agentId, conversationId } = session.scope ?? {};
    const response = await stand.post(`/v1/environments/${session.environmentId}/messages`, {
      ...{ agentId, conversationId },
      messages: [
        {
          type: 'approval',
          approvals: [{ type: 'approval', tool_call_id: question.replace('perm-', ''), approve: true }],
        },
      ],
    });
    expect(response.status).toBeLessThan(300);
    expect(await ended(session, clientMessageId)).toBe('end_turn');
    expect(stand.lines()).toEqual(['ran']);
  });
});
