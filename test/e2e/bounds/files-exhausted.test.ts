import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { canLimitFiles, noMoreFiles } from '../../support/no-more-files.ts';
import { ended, type HubProcess, hubProcess, Stand, script, until, writes } from '../support/stand.ts';

let stand: Stand;

/** True when somebody answers on a connection of its own. */
async function isServed(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET /healthz HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n');
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  await once(socket, 'close');
  return text.startsWith('HTTP/1.1 200');
}

describe.skipIf(!canLimitFiles())('without a file descriptor left', () => {
  afterEach(() => stand.close());

  test('BOUND-4 a hub serves those who are connected, turns away who comes, and takes them when there are some again', async () => {
    const hub = Promise.withResolvers<HubProcess>();
    stand = await Stand.open({
      mode: 'unrestricted',
      async hub(home) {
        const started = await hubProcess(home, {});
        hub.resolve(started);
        return started;
      },
    });
    const { process, url } = await hub.promise;
    const session = await stand.session(await stand.conversation());
    // The way from the host to the hub is open already, for what it streams too.
    expect(await ended(session, (await session.send('hello')).clientMessageId)).toBe('end_turn');
    const giveBack = noMoreFiles(process.child.pid ?? 0);
    expect(await Promise.all(Array.from({ length: 20 }, () => isServed(url)))).not.toContain(true);
    expect(await ended(session, (await session.send(script(writes('meanwhile')))).clientMessageId)).toBe(
      'end_turn',
    );
    expect(process.child.exitCode).toBeNull();
    giveBack();
    await expect.poll(() => isServed(url)).toBe(true);
    await stand.session(await stand.conversation());
    expect(stand.lines()).toEqual(['meanwhile']);
    expect(await process.stop('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('BOUND-5 a host goes on: what needs a file says so, rules that cannot be read make it ask', async () => {
    stand = await Stand.open({ mode: 'unrestricted' });
    const session = await stand.session(await stand.conversation());
    expect(await ended(session, (await session.send(script(writes('before')))).clientMessageId)).toBe(
      'end_turn',
    );
    const giveBack = noMoreFiles(stand.hostPid);
    const calls = [
      writes('never'),
      'call Read {"file_path":"ledger"}',
      'call Write {"file_path":"new","content":"x"}',
      'call Glob {"pattern":"*"}',
    ];
    const sent = await session.send(script(...calls, '---', 'say Done.'));
    const { approvals } = await until(session, (view) => view.approvals.length === calls.length);
    for (const { requestId } of approvals) await session.answer(requestId, { behavior: 'allow' });
    expect(await ended(session, sent.clientMessageId)).toBe('end_turn');
    const said = session
      .view()
      .entries.flatMap((entry) => (entry.kind === 'tool' ? [entry.output] : []))
      .slice(1);
    expect(said).toEqual([
      expect.stringMatching(/could not be started.*EMFILE/),
      expect.stringMatching(/too many files open; try again/),
      expect.stringMatching(/too many files open; try again/),
      expect.stringMatching(/too many files open; try again/),
    ]);
    expect(stand.isHostRunning).toBe(true);
    giveBack();
    const after = script(writes('after'), 'call Glob {"pattern":"led*"}');
    expect(await ended(session, (await session.send(after)).clientMessageId)).toBe('end_turn');
    expect(session.view().entries.at(-1)).toMatchObject({
      kind: 'tool',
      output: expect.stringMatching(/^ledger$/m),
    });
    expect(stand.lines()).toEqual(['before', 'after']);
  });
});
