import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Session } from '../../src/client/index.ts';
import { OWNER } from '../hub/relay/test-hub.ts';
import { ended, Stand, script, until, writes } from './support/stand.ts';

let stand: Stand;
beforeEach(async () => {
  stand = await Stand.open();
});
afterEach(() => stand.close());

const question = async (session: Session): Promise<string> =>
  (await until(session, ({ approvals }) => approvals.length === 1)).approvals[0]?.requestId ?? '';
const isRunning = (session: Session) =>
  until(session, ({ loopStatus }) => loopStatus?.status === 'EXECUTING_CLIENT_SIDE_TOOL');

/** What a program without a host is told when it asks for a turn of its own. */
async function answerTo(conversation: string, content: string): Promise<string> {
  const messages = [{ role: 'user', content }];
  const body = {
    messages,
    streaming: false,
    ...(conversation === 'default' ? { agent_id: stand.agentId } : {}),
  };
  return (await stand.post(`/v1/conversations/${conversation}/messages`, body)).text();
}

async function transcriptOf(conversation: string): Promise<string> {
  const query = conversation === 'default' ? `?agent_id=${stand.agentId}` : '';
  const headers = { authorization: `Bearer ${OWNER}` };
  return (
    await fetch(`${stand.hub.url}/v1/conversations/${conversation}/messages${query}`, { headers })
  ).text();
}

describe.each(['new', 'default'])('an abort in a %s conversation', (kind) => {
  const open = () => (kind === 'default' ? Promise.resolve('default') : stand.conversation());

  test('HOST-138 while a model answers ends the run, and the conversation is free for everybody', async () => {
    const conversation = await open();
    const session = await stand.session(conversation);
    const { clientMessageId } = await session.send(script('say Before.', 'sleep 60000', 'say After.'));
    await until(session, ({ entries }) => JSON.stringify(entries).includes('Before.'));
    expect(await session.abort()).toMatchObject({ aborted: true });
    expect(await ended(session, clientMessageId)).toBe('cancelled');
    expect(await answerTo(conversation, script('say Free.'))).toContain('Free.');
  });

  test('HOST-138 while a call runs gives the hub what came of it', async () => {
    const conversation = await open();
    const session = await stand.session(conversation);
    const { clientMessageId } = await session.send(script(writes('ran', 'sleep 60'), '---', 'say Done.'));
    await session.answer(await question(session), { behavior: 'allow' });
    await isRunning(session);
    await expect.poll(() => stand.lines()).toEqual(['ran']);
    expect(await session.abort()).toMatchObject({ aborted: true });
    expect(await ended(session, clientMessageId)).toBe('cancelled');
    expect(await answerTo(conversation, script('say Free.'))).toContain('Free.');
    expect(await transcriptOf(conversation)).not.toContain('Outcome unknown');
  });

  test('HOST-138 while a person is asked closes the call as interrupted, not as unknown', async () => {
    const conversation = await open();
    const session = await stand.session(conversation);
    const { clientMessageId } = await session.send(script(writes('ran'), '---', 'say Done.'));
    await question(session);
    expect(await session.abort()).toMatchObject({ aborted: true });
    expect(await ended(session, clientMessageId)).toBe('cancelled');
    expect(await answerTo(conversation, script('say Free.'))).toContain('Free.');
    const transcript = await transcriptOf(conversation);
    expect(transcript).toContain('Interrupted by user');
    expect(transcript).not.toContain('Outcome unknown');
    expect(stand.lines()).toEqual([]);
  });
});
