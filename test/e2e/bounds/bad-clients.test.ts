import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MAX_CLIENT_FRAME_BYTES, MAX_CLIENT_FRAME_CHARS } from '../../../src/protocol/client-frame-size.ts';
import { runtime } from '../../hub/relay/test-client.ts';
import { ended, type HubProcess, hubProcess, Stand, script } from '../support/stand.ts';

let stand: Stand;
let hub: HubProcess;
beforeEach(async () => {
  stand = await Stand.open({
    mode: 'unrestricted',
    async hub(home) {
      hub = await hubProcess(home, {});
      return hub;
    },
  });
});
afterEach(() => stand.close());

/** Memory of the hub that is its own, in MB. */
const memory = (): number => {
  const status = readFileSync(`/proc/${hub.process.child.pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
};
/** Results of 30,000 characters, each told twice in its frame: 2.4 MB a step. */
const STEP = Array.from({ length: 40 }, () => 'call Read {"file_path":"big"}').join('\n');

const SLEEPERS = 40;

test.skipIf(process.platform !== 'linux')(
  'BOUND-7 clients that read nothing cost the hub nothing, and those who read hear everything',
  async () => {
    const conversation = await stand.conversation();
    const session = await stand.session(conversation);
    const follow = { agentId: stand.agentId, conversationId: conversation };
    const sleepers = await Promise.all(
      Array.from({ length: SLEEPERS }, (_, n) =>
        stand.socket(n % 2 ? { isForeign: true, query: follow } : {}),
      ),
    );
    for (const sleeper of sleepers) {
      if (sleeper.ws.protocol)
        await sleeper.ask({ type: 'resume', runtime: runtime(conversation, stand.agentId), cursor: null });
      sleeper.ws.pause();
    }
    writeFileSync(join(stand.project, 'big'), `${'x'.repeat(99)}\n`.repeat(300));
    const flood = script(STEP, '---', STEP, '---', STEP, '---', STEP, '---', 'say That was all.');
    expect(await ended(session, (await session.send('warm up')).clientMessageId)).toBe('end_turn');
    const before = memory();
    expect(await ended(session, (await session.send(flood)).clientMessageId)).toBe('end_turn');
    // Each of them has missed 10 MB. The hub has one ring of 2 MiB for all, and in each socket no more than 1 MiB and a frame.
    expect(memory() - before).toBeLessThan(SLEEPERS * 5);
    expect(session.view().entries.at(-1)).toMatchObject({ kind: 'assistant', text: 'That was all.' });
    for (const sleeper of sleepers) sleeper.ws.resume();
    // Ours get what they missed, or a gap and a snapshot; whoever knows neither is told to come again.
    const isServed = ({ ws, frames, closed }: (typeof sleepers)[number]) =>
      frames.of('turn_finished').length > 1 ||
      (ws.protocol ? frames.of('snapshot').length > 1 : closed?.code === 1013);
    await expect.poll(() => sleepers.filter((sleeper) => !isServed(sleeper))).toEqual([]);
  },
);

test('BOUND-8 garbage, giants and a flood are answered, and the turn of somebody else goes on', async () => {
  const session = await stand.session(await stand.conversation());
  const bad = await stand.socket();
  const turn = await session.send(script('say One.', 'sleep 300', 'say Two.'));
  for (let i = 0; i < 1_000; i += 1)
    bad.send(i % 2 ? 'no json' : { type: 'sync', runtime: runtime(), request_id: `s${i}` });
  expect((await bad.frames.next(({ code }) => code === 'too_fast', 'too_fast')).type).toMatch(
    /error|_response/,
  );
  const giant = await stand.socket();
  const text = 'x'.repeat(MAX_CLIENT_FRAME_CHARS + 1);
  const payload = { kind: 'create_message', messages: [{ role: 'user', content: text }] };
  giant.send({ type: 'input', request_id: 'giant', runtime: runtime(), payload });
  await expect
    .poll(() => giant.frames.all)
    .toContainEqual(
      expect.objectContaining({ request_id: 'giant', accepted: false, code: 'frame_too_large' }),
    );
  giant.send('x'.repeat(MAX_CLIENT_FRAME_BYTES + 1));
  // With 1009, which it may not live to read.
  await expect.poll(() => giant.closed).not.toBeNull();
  expect(await ended(session, turn.clientMessageId)).toBe('end_turn');
  expect(hub.process.child.exitCode).toBeNull();
});
