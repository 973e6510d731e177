import { afterEach, describe, expect, test } from 'vitest';
import { ended, Stand, script, until, writes } from './support/stand.ts';

let stand: Stand;
afterEach(() => stand.close());

describe('a message that was accepted', () => {
  test('D1 runs although its turn came up while nobody was connected', async () => {
    stand = await Stand.open({ mode: 'unrestricted' });
    const session = await stand.session(await stand.conversation());
    const first = await session.send(
      script(writes('one', 'while [ ! -e go ]; do sleep 0.05; done'), '---', 'say Done one.'),
    );
    await until(session, ({ loopStatus }) => loopStatus?.status === 'EXECUTING_CLIENT_SIDE_TOOL');
    const second = await session.send(script(writes('two'), '---', 'say Done two.'));
    expect([first.disposition, second.disposition]).toEqual(['started', 'queued']);
    stand.link.cut();
    await until(session, ({ environment }) => environment?.status === 'offline');
    const third = await session.send(script(writes('three'), '---', 'say Done three.'));
    expect(third).toMatchObject({ ok: true, held: { environment: expect.any(String) } });
    stand.touch('go');
    // The second turn begins and ends while the link is down.
    await expect.poll(() => stand.lines()).toEqual(['one', 'two']);
    stand.link.restore();
    for (const { clientMessageId } of [first, second, third])
      expect(await ended(session, clientMessageId)).toBe('end_turn');
    expect(stand.lines()).toEqual(['one', 'two', 'three']);
    const messages = await stand.client.messages.list(session.scope?.conversationId ?? '', { order: 'asc' });
    expect(
      messages.filter(({ message_type }) => message_type === 'user_message').map(({ otid }) => otid),
    ).toEqual([first, second, third].map(({ clientMessageId }) => clientMessageId));
  });

  test('D3 runs once, however late it comes again, also after its turn and after the host was killed', async () => {
    stand = await Stand.open({ mode: 'unrestricted' });
    const conversation = await stand.conversation();
    const session = await stand.session(conversation);
    const text = script(writes('once'));
    const id = 'the-same-message';
    expect(await session.send(text, { clientMessageId: id })).toMatchObject({
      ok: true,
      disposition: 'started',
    });
    expect(await ended(session, id)).toBe('end_turn');
    const again = () => session.send(text, { clientMessageId: id });
    expect(await again()).toMatchObject({ ok: true, disposition: 'started' });
    await stand.killHost();
    await until(session, ({ environment }) => environment?.status === 'offline');
    // While the host is away the hub keeps the copy; it too is the same message.
    const kept = again();
    await stand.startHost({ mode: 'unrestricted' });
    expect(await kept).toMatchObject({ ok: true });
    expect(await again()).toMatchObject({ ok: true });
    const last = await session.send(script(writes('last')));
    expect(await ended(session, last.clientMessageId)).toBe('end_turn');
    expect(stand.lines()).toEqual(['once', 'last']);
    expect(session.view().entries.filter(({ kind }) => kind === 'user')).toHaveLength(2);
  });

  test('D3 is not hit by a removal that meant another one, long gone', async () => {
    stand = await Stand.open({ mode: 'unrestricted' });
    const session = await stand.session(await stand.conversation());
    const busy = await session.send(script('call Bash {"command":"while [ ! -e go ]; do sleep 0.05; done"}'));
    await until(session, ({ loopStatus }) => loopStatus?.status === 'EXECUTING_CLIENT_SIDE_TOOL');
    const old = await session.send(script(writes('old')));
    const oldItem = (await until(session, ({ queue }) => queue.length === 1)).queue[0]?.id ?? '';
    stand.touch('go');
    for (const { clientMessageId } of [busy, old])
      expect(await ended(session, clientMessageId)).toBe('end_turn');
    await stand.killHost();
    await stand.startHost({ mode: 'unrestricted' });
    await until(session, ({ environment }) => environment?.status === 'online');
    const wait = await session.send(script('call Bash {"command":"while [ ! -e on ]; do sleep 0.05; done"}'));
    await until(session, ({ loopStatus }) => loopStatus?.status === 'EXECUTING_CLIENT_SIDE_TOOL');
    const fresh = await session.send(script(writes('fresh')));
    const freshItem = (await until(session, ({ queue }) => queue.length === 1)).queue[0]?.id;
    expect(freshItem).not.toBe(oldItem);
    expect(await session.removeQueued(oldItem)).toMatchObject({ ok: false });
    stand.touch('on');
    for (const { clientMessageId } of [wait, fresh])
      expect(await ended(session, clientMessageId)).toBe('end_turn');
    expect(stand.lines()).toEqual(['old', 'fresh']);
  });
});
