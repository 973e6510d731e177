import { afterEach, describe, expect, test } from 'vitest';
import { createClient } from '../../src/client/index.ts';
import { Random } from '../chaos/random.ts';
import type { Frame } from '../hub/relay/frames.ts';
import { OWNER } from '../hub/relay/test-hub.ts';
import { ended, Stand, script, until } from './support/stand.ts';

let stand: Stand;
afterEach(() => stand.close());

const WAIT = 'call Bash {"command":"echo begun; while [ ! -e go ]; do sleep 0.05; done; echo over"}';
const TALK = script(
  'say Before the outage.',
  WAIT,
  '---',
  'say While nobody hears: one two three four.',
  'think Hm',
);

/** What a client counts by, in the order in which it came. */
const numbersOf = (frames: readonly Frame[]): number[] =>
  frames.flatMap(({ event_seq }) => (typeof event_seq === 'number' ? [event_seq] : []));
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('what is said while the link is down', () => {
  test('D2 reaches every client once and in order, and its numbers have no hole', async () => {
    stand = await Stand.open({ mode: 'unrestricted' });
    const conversation = await stand.conversation();
    const session = await stand.session(conversation);
    const query = { agentId: stand.agentId, conversationId: conversation };
    const foreign = await stand.socket({ isForeign: true, query });
    const { clientMessageId } = await session.send(TALK);
    await until(session, ({ loopStatus }) => loopStatus?.status === 'EXECUTING_CLIENT_SIDE_TOOL');
    stand.link.cut();
    await until(session, ({ environment }) => environment?.status === 'offline');
    stand.touch('go');
    const texts = async () =>
      (await stand.client.messages.list(conversation)).map(({ content }) => String(content));
    await expect.poll(async () => (await texts()).join()).toContain('one two three four');
    const before = foreign.frames.all.length;
    stand.link.restore();
    expect(await ended(session, clientMessageId)).toBe('end_turn');
    await foreign.frames.next('turn_finished');
    const { all } = foreign.frames;
    expect(all.length).toBeGreaterThan(before + 5);
    expect(numbersOf(all)).toEqual(upTo(numbersOf(all).length));
    const keys = all.map(({ idempotency_key }) => idempotency_key).filter((key) => key !== undefined);
    expect(new Set(keys).size).toBe(keys.length);
    // Each chunk of each run, as the hub has kept it.
    const deltas = foreign.frames.of('stream_delta').map(({ delta }) => delta as Record<string, unknown>);
    const runs = [...new Set(deltas.flatMap(({ run_id, seq_id }) => (seq_id ? [String(run_id)] : [])))];
    expect(runs).toHaveLength(2);
    for (const run of runs) {
      const seen = deltas
        .filter(({ run_id, seq_id }) => run_id === run && seq_id)
        .map(({ seq_id }) => seq_id);
      expect(seen).toEqual(upTo(seen.length));
    }
    const said = session.view().entries.flatMap((entry) => (entry.kind === 'assistant' ? [entry.text] : []));
    expect(said).toEqual(['Before the outage.', 'While nobody hears: one two three four.']);
  });
});

describe('two sockets of one client', () => {
  test('D27 never look like a gap, in whatever order their frames are read', async () => {
    stand = await Stand.open({ mode: 'unrestricted' });
    const conversation = await stand.conversation();
    const session = await stand.session(conversation);
    const query = { agentId: stand.agentId, conversationId: conversation };
    const open = (channel: string) => stand.socket({ isForeign: true, query: { ...query, channel } });
    const [control, stream] = [await open('control'), await open('stream')];
    const { clientMessageId } = await session.send(TALK);
    await until(session, ({ loopStatus }) => loopStatus?.status === 'EXECUTING_CLIENT_SIDE_TOOL');
    stand.link.cut();
    await until(session, ({ environment }) => environment?.status === 'offline');
    stand.touch('go');
    stand.link.restore();
    expect(await ended(session, clientMessageId)).toBe('end_turn');
    for (const socket of [control, stream]) await socket.frames.next('turn_finished');
    const merged = { control: control.frames.all, stream: stream.frames.all };
    for (let seed = 1; seed <= 50; seed += 1) expect([seed, falseGaps(merged, seed)]).toEqual([seed, 0]);
  });

  test('D27 our own client asks once for everything, over a turn and an outage', async () => {
    stand = await Stand.open({ mode: 'unrestricted' });
    const asked: string[] = [];
    class HeardSocket extends WebSocket {
      override send(data: Parameters<WebSocket['send']>[0]): void {
        asked.push((JSON.parse(String(data)) as { type: string }).type);
        super.send(data);
      }
    }
    const client = createClient({ url: stand.hub.url, token: OWNER, WebSocket: HeardSocket });
    const session = await stand.session(await stand.conversation(), client);
    await until(session, ({ deviceStatus }) => deviceStatus !== null);
    asked.length = 0;
    const { clientMessageId } = await session.send(TALK);
    await until(session, ({ loopStatus }) => loopStatus?.status === 'EXECUTING_CLIENT_SIDE_TOOL');
    stand.link.cut();
    await until(session, ({ environment }) => environment?.status === 'offline');
    stand.touch('go');
    stand.link.restore();
    expect(await ended(session, clientMessageId)).toBe('end_turn');
    expect(asked.filter((type) => type !== 'ack')).toEqual(['input']);
  });
});

/** Gaps that Letta's client would see: it takes deltas from `stream` only, no event twice, and a step of more than one for a gap. */
function falseGaps(from: { control: readonly Frame[]; stream: readonly Frame[] }, seed: number): number {
  const random = new Random(String(seed));
  const at = { control: 0, stream: 0 };
  const seen = new Set<unknown>();
  let last: number | null = null;
  let gaps = 0;
  while (at.control < from.control.length || at.stream < from.stream.length) {
    const channel = random.chance(0.5) ? 'control' : 'stream';
    const frame = from[channel][at[channel]];
    at[channel] += 1;
    if (!frame || typeof frame.event_seq !== 'number') continue;
    if (channel === 'control' && frame.type === 'stream_delta') continue;
    if (seen.has(frame.idempotency_key)) continue;
    seen.add(frame.idempotency_key);
    if (last !== null && frame.event_seq > last + 1) gaps += 1;
    last = Math.max(last ?? 0, frame.event_seq);
  }
  return gaps;
}
