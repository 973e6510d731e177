import { afterEach, describe, expect, test } from 'vitest';
import type { Session } from '../../src/client/index.ts';
import { ended, Stand, script, until, writes } from './support/stand.ts';

let stand: Stand;
afterEach(() => stand.close());

const modeOf = (session: Session) => session.view().deviceStatus?.current_permission_mode;
const allowed = script(writes('line'));

describe('what one conversation is allowed', () => {
  test('D10 another one is not: rules, mode and directory stay where they were chosen', async () => {
    stand = await Stand.open();
    const [one, other] = [
      await stand.session(await stand.conversation()),
      await stand.session(await stand.conversation()),
    ];
    const first = await one.send(allowed);
    const [approval] = (await until(one, ({ approvals }) => approvals.length === 1)).approvals;
    const suggestionIds = approval?.suggestions.map(({ id }) => id) ?? [];
    expect(suggestionIds).toHaveLength(1);
    await one.answer(approval?.requestId ?? '', { behavior: 'allow', suggestionIds });
    expect(await ended(one, first.clientMessageId)).toBe('end_turn');
    // Never asked again here, asked there.
    expect(await ended(one, (await one.send(allowed)).clientMessageId)).toBe('end_turn');
    const elsewhere = await other.send(allowed);
    const [question] = (await until(other, ({ approvals }) => approvals.length === 1)).approvals;
    expect(one.view().approvals).toEqual([]);
    await other.answer(question?.requestId ?? '', { behavior: 'deny' });
    expect(await ended(other, elsewhere.clientMessageId)).toBe('end_turn');
    expect(stand.lines()).toEqual(['line', 'line']);

    stand.mkdir('deeper');
    await one.setMode('unrestricted');
    await one.setCwd('deeper');
    await until(
      one,
      ({ deviceStatus }) => deviceStatus?.current_working_directory?.endsWith('deeper') === true,
    );
    await other.sync();
    expect([modeOf(one), modeOf(other)]).toEqual(['unrestricted', 'standard']);
    expect(other.view().deviceStatus?.current_working_directory).toBe(stand.project);
    const late = await other.send(allowed);
    const [again] = (await until(other, ({ approvals }) => approvals.length === 1)).approvals;
    await other.answer(again?.requestId ?? '', { behavior: 'allow' });
    expect(await ended(other, late.clientMessageId)).toBe('end_turn');
    expect([stand.lines(), stand.lines('deeper/ledger')]).toEqual([['line', 'line', 'line'], []]);
  });

  test('D14 it is allowed after a kill too, whatever the host is started with then', async () => {
    stand = await Stand.open();
    const [one, other] = [
      await stand.session(await stand.conversation()),
      await stand.session(await stand.conversation()),
    ];
    expect(await one.setMode('unrestricted')).toMatchObject({ ok: true });
    await stand.killHost();
    await until(one, ({ environment }) => environment?.status === 'offline');
    await stand.startHost({ mode: 'strict' });
    await until(one, ({ environment }) => environment?.status === 'online');
    const chosen = await one.send(allowed);
    expect(await ended(one, chosen.clientMessageId)).toBe('end_turn');
    expect(stand.lines()).toEqual(['line']);
    const asked = await other.send(allowed);
    const [question] = (await until(other, ({ approvals }) => approvals.length === 1)).approvals;
    expect([modeOf(one), modeOf(other)]).toEqual(['unrestricted', 'strict']);
    await other.answer(question?.requestId ?? '', { behavior: 'deny' });
    expect(await ended(other, asked.clientMessageId)).toBe('end_turn');
  });

  test('D14 a program that posts to a conversation changes its mode for nobody', async () => {
    stand = await Stand.open();
    const session = await stand.session(await stand.conversation());
    await session.setMode('acceptEdits');
    const path = `/v1/conversations/${session.scope?.conversationId}/messages`;
    const response = await stand.post(path, {
      messages: [{ role: 'user', content: 'hello' }],
      streaming: false,
    });
    expect(response.status).toBe(200);
    await session.sync();
    expect(modeOf(session)).toBe('acceptEdits');
  });
});
