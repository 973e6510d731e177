import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createUplink } from '../../src/host/uplink.ts';
import type { DeviceEvent } from '../../src/protocol/events.ts';
import { ACK_EVERY_FRAMES, LinkReceiver } from '../../src/protocol/link.ts';

type Wire = Record<string, unknown>;

/** An uplink, and a hub that hears what is written while a socket is open. */
function setup() {
  const log: { verb: string; label: string; text: string }[] = [];
  const received: Wire[] = [];
  const uplink = createUplink({
    epoch: 'epoch-1',
    now: () => 1_000,
    log: {
      sent: (label, text) => log.push({ verb: 'sent', label, text }),
      received: (label, text) => log.push({ verb: 'received', label, text }),
      flush: () => log.push({ verb: 'flush', label: '', text: '' }),
    },
    onFrame: (frame) => received.push(frame),
  });
  const wire: Wire[] = [];
  const write = (text: string) => void wire.push(JSON.parse(text) as Wire);
  const connect = (answer: { received: number; resumed: boolean } | null) =>
    uplink.attach(
      answer !== null,
      write,
      answer && { type: 'link_open', epoch: 'epoch-1', received: answer.received, resumed: answer.resumed },
    );
  const deliver = (frame: Wire) => uplink.receive(JSON.stringify(frame), frame as Wire & { type: string });
  return { uplink, log, received, wire, connect, deliver };
}

const NEW = { received: 0, resumed: false };
const runtime = (conversation_id: string) => ({ agent_id: 'agent-1', conversation_id });
const delta = (content: string, conversation = 'conv-1'): DeviceEvent => ({
  type: 'stream_delta',
  runtime: runtime(conversation),
  delta: { id: 'm', date: '', message_type: 'assistant_message', content },
});
const finished = (turn: string): DeviceEvent => ({
  type: 'turn_finished',
  runtime: runtime('conv-1'),
  turn_id: turn,
  stop_reason: 'end_turn',
});
const numbers = (frames: Wire[]) => frames.map((frame) => frame.n);
const types = (frames: Wire[]) => frames.map((frame) => frame.type);

describe('what a host says', () => {
  test('PROTO-70 carries the envelope, numbered from 1 as it is made', () => {
    const { uplink, wire, connect } = setup();
    connect(NEW);
    uplink.event(delta('a'));
    uplink.event(finished('turn-1'));
    uplink.answer({ type: 'sync_response', request_id: 'r' });
    expect(wire[0]).toEqual({
      ...delta('a'),
      event_seq: 1,
      emitted_at: '1970-01-01T00:00:01.000Z',
      idempotency_key: expect.stringMatching(/^stream_delta:1:/),
      n: 1,
    });
    expect(wire[1]).toMatchObject({ type: 'turn_finished', event_seq: 2, n: 2 });
    expect(wire[2]).toEqual({ type: 'sync_response', request_id: 'r', n: 3 });
  });

  test('PROTO-71 is in the log before it leaves', () => {
    const { uplink, log, connect } = setup();
    let logged = 0;
    uplink.attach(false, () => (logged = log.length), null);
    uplink.event(delta('a'));
    expect(logged).toBe(1);
    uplink.leaving();
    expect(log.map(({ verb, label }) => `${verb} ${label}`)).toEqual(['sent protocol', 'flush ']);
    connect(NEW);
    uplink.answer({ type: 'sync_response' });
    expect(log.at(-1)).toMatchObject({ verb: 'sent', label: 'control' });
  });

  test('PROTO-72 opens the link with its epoch and the last number it has', () => {
    const { uplink, connect, deliver } = setup();
    expect(JSON.parse(uplink.hello())).toEqual({ type: 'link_open', epoch: 'epoch-1', received: 0 });
    connect(NEW);
    deliver({ type: 'sync', n: 1 });
    deliver({ type: 'sync', n: 2 });
    expect(JSON.parse(uplink.hello())).toMatchObject({ received: 2 });
  });
});

describe('after a cut', () => {
  test('D2 PROTO-73 the hub gets what it lacks, once and in order, before anything new', () => {
    const { uplink, wire, connect, deliver } = setup();
    connect(NEW);
    for (const text of ['a', 'b', 'c']) uplink.event(delta(text));
    deliver({ type: 'link_ack', received: 1 });
    uplink.detach();
    uplink.event(finished('turn-1'));
    uplink.answer({ type: 'input_accepted', request_id: 'r' });
    expect(numbers(wire)).toEqual([1, 2, 3]);
    wire.length = 0;
    expect(connect({ received: 2, resumed: true })).toEqual({ resumed: true });
    uplink.event(delta('d'));
    expect(wire.map(({ n, event_seq }) => [n, event_seq])).toEqual([
      [3, 3],
      [4, 4],
      [5, undefined],
      [6, 5],
    ]);
  });

  test('PROTO-74 a hub that knows nothing gets the events anew, and no answers', () => {
    const { uplink, wire, connect } = setup();
    connect(NEW);
    uplink.event(delta('a'));
    uplink.answer({ type: 'input_accepted', request_id: 'r' });
    uplink.detach();
    uplink.event(finished('turn-1'));
    wire.length = 0;
    expect(connect(NEW)).toEqual({ resumed: false });
    expect(wire.map(({ type, n, event_seq }) => [type, n, event_seq])).toEqual([
      ['stream_delta', 1, 1],
      ['turn_finished', 2, 2],
    ]);
  });

  test('PROTO-74 what such a hub sends is numbered anew, or goes on; both are heard', () => {
    const { uplink, received, connect, deliver } = setup();
    connect(NEW);
    for (const n of [1, 2, 3]) deliver({ type: 'sync', n });
    uplink.detach();
    connect(NEW);
    deliver({ type: 'input', n: 1 });
    uplink.detach();
    connect(NEW);
    deliver({ type: 'input', n: 2 });
    expect(received).toHaveLength(5);
  });

  test('PROTO-75 an answer to link_open that is none counts as knowing nothing', () => {
    const { uplink, wire } = setup();
    uplink.event(delta('a'));
    const write = (text: string) => void wire.push(JSON.parse(text) as Wire);
    expect(uplink.attach(true, write, { type: 'link_open' })).toEqual({ resumed: false });
    expect(numbers(wire)).toEqual([1]);
  });

  test('D2 PROTO-76 above 8 MiB live output of the largest conversation goes, and a gap says whose', () => {
    const { uplink, wire, connect } = setup();
    connect(NEW);
    uplink.detach();
    uplink.event(delta('small', 'conv-2'));
    for (let i = 0; i < 10; i += 1) uplink.event(delta('x'.repeat(1024 * 1024)));
    uplink.event(finished('turn-1'));
    uplink.answer({ type: 'sync_response', request_id: 'r' });
    connect({ received: 0, resumed: true });
    // What came after the room was made is there, and then the end of the turn.
    const gap = wire.findIndex(({ type }) => type === 'link_gap');
    expect(types(wire.slice(0, gap + 1))).toEqual(['stream_delta', 'link_gap']);
    expect(wire[0]).toMatchObject({ runtime: runtime('conv-2') });
    expect(wire[gap]).toEqual({ type: 'link_gap', runtime: runtime('conv-1'), n: expect.any(Number) });
    expect(types(wire).slice(-2)).toEqual(['turn_finished', 'sync_response']);
    expect(wire.slice(gap + 1, -2).every(({ type }) => type === 'stream_delta')).toBe(true);
    expect(numbers(wire)).toEqual(numbers(wire).toSorted((a, b) => Number(a) - Number(b)));
    // Every event had a number of its own, so the hole can be seen.
    expect(wire.at(-2)).toMatchObject({ event_seq: 12 });
  });

  test('PROTO-76 nothing else is ever given up', () => {
    const { uplink, wire, connect } = setup();
    const big = { queue: [], removed: [], note: 'x'.repeat(1024 * 1024) };
    for (let i = 0; i < 10; i += 1)
      uplink.event({ type: 'update_queue', runtime: runtime('conv-1'), ...big } as DeviceEvent);
    connect({ received: 0, resumed: true });
    expect(wire).toHaveLength(10);
  });
});

describe('what a host hears', () => {
  test('PROTO-77 it hears once', () => {
    const { received, connect, deliver } = setup();
    connect(NEW);
    for (const n of [1, 2, 2, 1, 3]) deliver({ type: 'input', n });
    expect(numbers(received)).toEqual([1, 2, 3]);
  });

  test('PROTO-78 it acknowledges, at once when it is much and soon when it is little', async () => {
    const { wire, connect, deliver } = setup();
    connect(NEW);
    for (let n = 1; n <= ACK_EVERY_FRAMES; n += 1) deliver({ type: 'input', n });
    expect(wire).toEqual([{ type: 'link_ack', received: ACK_EVERY_FRAMES }]);
    deliver({ type: 'input', n: ACK_EVERY_FRAMES + 1 });
    expect(wire).toHaveLength(1);
    await vi.waitFor(() => expect(wire.at(-1)).toEqual({ type: 'link_ack', received: ACK_EVERY_FRAMES + 1 }));
  });

  test('what the hub says of the link is not for the conversations', () => {
    const { received, log, connect, deliver } = setup();
    connect(NEW);
    deliver({ type: 'link_ack', received: 'much' });
    deliver({ type: 'link_ack', received: 5 });
    expect([received, log]).toEqual([[], []]);
  });
});

describe('a hub without a link', () => {
  test('PROTO-79 gets frames as they come, without numbers, and what it sends is all heard', () => {
    const { uplink, wire, received, connect, deliver } = setup();
    expect(connect(null)).toEqual({ resumed: false });
    uplink.event(delta('a'));
    uplink.answer({ type: 'sync_response', request_id: 'r' });
    expect(types(wire)).toEqual(['stream_delta', 'sync_response']);
    expect(wire.some((frame) => 'n' in frame)).toBe(false);
    for (const frame of [{}, {}, { n: 1 }, { n: 1 }]) deliver({ type: 'sync', ...frame });
    expect(received).toHaveLength(4);
    expect(types(wire)).not.toContain('link_ack');
  });

  test('PROTO-79 is not told again what was said while it was away; events keep their numbers', () => {
    const { uplink, wire, connect } = setup();
    connect(null);
    uplink.event(delta('a'));
    uplink.detach();
    uplink.event(delta('b'));
    connect(null);
    uplink.event(delta('c'));
    expect(wire.map(({ event_seq }) => event_seq)).toEqual([1, 3]);
  });
});

describe('what was said last', () => {
  test('CLI-23 is waited for until the hub has it', async () => {
    const { uplink, connect, deliver } = setup();
    connect(NEW);
    uplink.event(finished('turn-1'));
    let isHeard = false;
    const heard = uplink.heard(60_000).then(() => {
      isHeard = true;
    });
    deliver({ type: 'link_ack', received: 0 });
    await Promise.resolve();
    expect(isHeard).toBe(false);
    deliver({ type: 'link_ack', received: 1 });
    await heard;
    await uplink.heard(60_000);
  });

  test('is not waited for when nobody can have it, or the hub does not say', async () => {
    const { uplink, connect } = setup();
    uplink.event(finished('turn-1'));
    await uplink.heard(60_000);
    connect(null);
    uplink.event(finished('turn-2'));
    await uplink.heard(60_000);
    connect(NEW);
    uplink.event(finished('turn-3'));
    await uplink.heard(1);
    const heard = uplink.heard(60_000);
    uplink.detach();
    await heard;
  });
});

test('D2 PROTO-73 whatever is cut whenever, the hub hears each event once and in order', () => {
  const step = fc.constantFrom('event', 'event', 'event', 'cut', 'connect', 'lose');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { uplink } = setup();
      const receiver = new LinkReceiver();
      const heard: unknown[] = [];
      let open = false;
      /** From here to the cut everything that is written is lost. */
      let losing = false;
      const write = (text: string) => {
        const frame = JSON.parse(text) as Wire;
        if (!losing && receiver.accept(frame.n as number)) heard.push(frame.event_seq);
      };
      let said = 0;
      let known = false;
      const connect = () => {
        if (open) return;
        open = true;
        losing = false;
        const answer = { type: 'link_open', epoch: 'epoch-1', received: receiver.received, resumed: known };
        uplink.attach(true, write, answer);
        known = true;
      };
      for (const kind of steps) {
        if (kind === 'connect') connect();
        else if (kind === 'lose') losing = true;
        else if (kind === 'cut') {
          open = false;
          uplink.detach();
        } else {
          said += 1;
          uplink.event(delta(`${said}`));
        }
      }
      open = false;
      uplink.detach();
      connect();
      expect(heard).toEqual(Array.from({ length: said }, (_, i) => i + 1));
    }),
  );
});
