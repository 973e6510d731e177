import { afterEach, describe, expect, test } from 'vitest';
import { createClient } from '../../../src/client/index.ts';
import { canHaveSmallDisk, onSmallDisk, SmallDisk } from '../../support/small-disk.ts';
import { ended, type HubProcess, hubProcess, Stand, script, until, writes } from '../support/stand.ts';

const WAIT = 'while [ ! -e go ]; do sleep 0.05; done; echo over';
const isFull = {
  ok: false,
  code: 'store_full',
  error: expect.stringMatching(/the disk is full; free some space/),
};

describe.skipIf(!canHaveSmallDisk())('a host whose disk is full', () => {
  let stand: Stand;
  afterEach(() => stand.close());

  test('BOUND-2 refuses what is new, holds what runs, loses nothing, and goes on when there is room', async () => {
    stand = await Stand.open({ mode: 'unrestricted', diskBytes: 1_500_000 });
    const [calm, busy] = [
      await stand.session(await stand.conversation()),
      await stand.session(await stand.conversation()),
    ];
    expect(await ended(calm, (await calm.send(script(writes('before')))).clientMessageId)).toBe('end_turn');
    const running = await busy.send(script(writes('during', WAIT), '---', 'say Done.'));
    const waiting = await busy.send(script(writes('queued')));
    await until(busy, ({ loopStatus }) => loopStatus?.status === 'EXECUTING_CLIENT_SIDE_TOOL');
    const disk = stand.hostDisk;
    disk.fill();
    const refused = await calm.send(script(writes('after')));
    expect(refused).toMatchObject(isFull);
    expect(await calm.setMode('strict')).toMatchObject({ ok: false, error: isFull.error });
    // Of this one the host has never heard, and cannot remember it now.
    const fresh = await stand.session(await stand.conversation());
    expect(await fresh.send('hello')).toMatchObject(isFull);
    expect(await fresh.sync()).toMatchObject({ ok: false, error: isFull.error });
    // The hub has accepted this one, so the host's refusal cannot end it.
    const left = await stand.post(`/v1/environments/${calm.environmentId}/messages`, {
      messages: [{ role: 'user', content: script(writes('left')), client_message_id: 'left' }],
      ...calm.scope,
    });
    expect(left.status).toBe(200);
    stand.touch('go');
    await until(busy, ({ entries }) => entries.some((entry) => entry.kind === 'tool' && entry.output !== ''));
    await calm.sync();
    expect([stand.isHostRunning, busy.view().results]).toEqual([true, {}]);
    disk.free();
    for (const { clientMessageId } of [running, waiting])
      expect(await ended(busy, clientMessageId)).toBe('end_turn');
    const again = await calm.send(script(writes('after')), { clientMessageId: refused.clientMessageId });
    expect(again).toMatchObject({ ok: true });
    for (const id of [refused.clientMessageId, 'left']) expect(await ended(calm, id)).toBe('end_turn');
    expect(stand.lines().sort()).toEqual(['after', 'before', 'during', 'left', 'queued']);
  });
});

describe.skipIf(!canHaveSmallDisk())('a hub whose disk is full', () => {
  let stand: Stand;
  afterEach(() => stand.close());

  test('BOUND-3 answers who reads, refuses who writes, lets hosts and clients come, and goes on when there is room', async () => {
    const hub = Promise.withResolvers<HubProcess & { disk: SmallDisk }>();
    stand = await Stand.open({
      mode: 'unrestricted',
      async hub(home) {
        const started = await hubProcess(home, { by: (command) => onSmallDisk(home, 3_000_000, command) });
        const disk = new SmallDisk(started.process.child.pid ?? 0, home);
        hub.resolve({ ...started, disk });
        return started;
      },
    });
    const { process, disk } = await hub.promise;
    const conversation = await stand.conversation();
    const session = await stand.session(conversation);
    expect(await ended(session, (await session.send('hello')).clientMessageId)).toBe('end_turn');
    const { token } = await stand.client.tokens.create({ person: 'Ada', right: 'read' });
    disk.fill();
    await expect(stand.client.agents.create({ name: 'more' })).rejects.toMatchObject({
      status: 507,
      code: 'store_full',
      message: expect.stringContaining('free some space'),
    });
    // Who comes only now is let in and shown everything.
    const late = await stand.session(conversation, createClient({ url: stand.hub.url, token }));
    expect(late.view().entries).toEqual(session.view().entries);
    stand.link.cut();
    await until(session, ({ environment }) => environment?.status === 'offline');
    expect(await session.send('held?')).toMatchObject({ ok: false, error: isFull.error });
    stand.link.restore();
    await until(session, ({ environment }) => environment?.status === 'online');
    // The host takes it in; its step waits for the hub.
    const waiting = await session.send(script(writes('once')));
    expect(waiting).toMatchObject({ ok: true, disposition: 'started' });
    await until(session, ({ loopStatus }) => loopStatus?.status === 'RETRYING_API_REQUEST');
    expect(process.child.exitCode).toBeNull();
    disk.free();
    expect(await ended(session, waiting.clientMessageId)).toBe('end_turn');
    expect(stand.lines()).toEqual(['once']);
    disk.fill();
    expect(await process.stop('SIGTERM')).toMatchObject({ code: 0 });
  });
});
