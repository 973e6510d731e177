import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LinkReceiver, LinkSender } from '../../src/protocol/link.ts';

const parse = (text: string) => JSON.parse(text) as Record<string, unknown>;
const numbers = (texts: string[]) => texts.map((text) => parse(text).n);
const gapOf = (live: string) => ({ type: 'link_gap', of: live });
const delta = (text: string) => ({ type: 'stream_delta', text });

describe('the sending half of a link', () => {
  test('PROTO-20 numbers frames from 1 and keeps each until it is acknowledged', () => {
    const sender = new LinkSender();
    const texts = [sender.add({ type: 'a' }), sender.add({ type: 'b' }), sender.add({ type: 'c' })];
    expect(texts.map(parse)).toEqual([
      { type: 'a', n: 1 },
      { type: 'b', n: 2 },
      { type: 'c', n: 3 },
    ]);
    sender.acknowledge(1);
    expect(sender.after(0)).toEqual(texts.slice(1));
    expect(sender.after(2)).toEqual(texts.slice(2));
    sender.acknowledge(3);
    expect([sender.after(0), sender.unacknowledgedBytes, sender.last]).toEqual([[], 0, 3]);
  });

  test('an acknowledgement that comes again, late or of what was never sent, harms nothing', () => {
    const sender = new LinkSender();
    for (const type of ['a', 'b', 'c']) sender.add({ type });
    for (const received of [2, 1, 2, 0]) sender.acknowledge(received);
    expect(numbers(sender.after(0))).toEqual([3]);
    sender.acknowledge(1000);
    sender.add({ type: 'd' });
    expect(numbers(sender.after(0))).toEqual([4]);
  });

  test('goes on from the number that the other side has seen', () => {
    const sender = new LinkSender(1000, 41);
    expect(parse(sender.add({ type: 'a' })).n).toBe(42);
  });

  test('PROTO-22 above its limit gives up the live output of the largest conversation, and of no other', () => {
    const sender = new LinkSender(1200);
    sender.add(delta('s'.repeat(100)), 'small', gapOf);
    sender.add({ type: 'turn_finished', runtime: 'large' }, null, gapOf);
    for (let i = 0; i < 3; i += 1) sender.add(delta('l'.repeat(250)), 'large', gapOf);
    expect(sender.after(0)).toHaveLength(5);
    sender.add(delta('l'.repeat(250)), 'large', gapOf);
    expect(sender.after(0).map(parse)).toEqual([
      { ...delta('s'.repeat(100)), n: 1 },
      { type: 'turn_finished', runtime: 'large', n: 2 },
      { type: 'link_gap', of: 'large', n: 7 },
    ]);
    expect(sender.unacknowledgedBytes).toBe(sender.after(0).join('').length);
  });

  test('PROTO-22 requests, answers and turn ends are never given up, whatever the limit', () => {
    const sender = new LinkSender(10);
    for (let i = 0; i < 50; i += 1) sender.add({ type: 'control_request', i }, null, gapOf);
    expect(sender.after(0)).toHaveLength(50);
  });

  test('PROTO-22 a conversation whose output is given up again and again leaves one gap behind', () => {
    const sender = new LinkSender(300);
    sender.add({ type: 'turn_finished', text: 'x'.repeat(400) }, null, gapOf);
    for (let i = 0; i < 100; i += 1) sender.add(delta('more'), 'conv', gapOf);
    const kept = sender.after(0).map(parse);
    expect(kept.map(({ type }) => type)).toEqual(['turn_finished', 'link_gap']);
    // Behind everything that is missing.
    expect(kept.at(-1)?.n).toBe(sender.last);
  });

  test('PROTO-23 for a receiver that knows nothing it begins anew at 1, without what is not wanted', () => {
    const sender = new LinkSender();
    sender.add({ type: 'event', i: 1 }, 'conv');
    sender.add({ type: 'answer', i: 2 });
    sender.add({ type: 'event', i: 3 });
    sender.acknowledge(0);
    sender.restart((frame) => frame.type === 'event');
    expect(sender.after(0).map(parse)).toEqual([
      { type: 'event', i: 1, n: 1 },
      { type: 'event', i: 3, n: 2 },
    ]);
    expect(parse(sender.add({ type: 'event' })).n).toBe(3);
    sender.restart(() => false);
    expect([sender.after(0), sender.unacknowledgedBytes, sender.last]).toEqual([[], 0, 0]);
  });

  test('what may be given up may still be after a restart', () => {
    const sender = new LinkSender(200);
    sender.add(delta('x'.repeat(100)), 'conv', gapOf);
    sender.restart(() => true);
    sender.add(delta('x'.repeat(100)), 'conv', gapOf);
    expect(sender.after(0).map((text) => parse(text).type)).toEqual(['link_gap']);
  });
});

describe('the receiving half of a link', () => {
  test('PROTO-21 takes each number once; a frame without a number is always new', () => {
    const receiver = new LinkReceiver();
    expect([1, 2, 2, 1, 3].map((n) => receiver.accept(n))).toEqual([true, true, false, false, true]);
    expect([receiver.accept(undefined), receiver.accept(undefined)]).toEqual([true, true]);
    expect(receiver.received).toBe(3);
  });

  test('a number may be missing: what stood there was given up', () => {
    const receiver = new LinkReceiver();
    expect([receiver.accept(1), receiver.accept(7), receiver.accept(5)]).toEqual([true, true, false]);
  });

  test('knows what it has not told yet', () => {
    const receiver = new LinkReceiver();
    receiver.accept(1);
    receiver.accept(2);
    expect(receiver.untold).toBe(2);
    expect(receiver.acknowledgement()).toEqual({ type: 'link_ack', received: 2 });
    expect(receiver.untold).toBe(0);
  });
});

/** One thing that happens to a link. `arrive` and `acknowledge` say how much of what is under way gets through. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('say' as const), live: fc.constantFrom(null, 'conv-1', 'conv-2') }),
  fc.record({ kind: fc.constant('arrive' as const), count: fc.nat(5) }),
  fc.record({ kind: fc.constant('acknowledge' as const) }),
  fc.record({ kind: fc.constant('cut' as const) }),
);

/** A link whose wire loses everything under way at each cut; the receiver then says what it has and gets the rest. */
function run(steps: { kind: string; live?: string | null; count?: number }[], limit: number) {
  const sender = new LinkSender(limit);
  const receiver = new LinkReceiver();
  let wire: string[] = [];
  let said = 0;
  const heard: Record<string, unknown>[] = [];
  const arrive = (count: number) => {
    for (const text of wire.splice(0, count)) {
      const frame = parse(text);
      if (receiver.accept(frame.n as number)) heard.push(frame);
    }
  };
  const reconnect = () => {
    sender.acknowledge(receiver.received);
    wire = sender.after(receiver.received);
  };
  for (const { kind, live = null, count = 0 } of steps) {
    if (kind === 'say') {
      said += 1;
      wire.push(sender.add({ type: live ? 'stream_delta' : 'turn_finished', said, live }, live, gapOf));
    } else if (kind === 'arrive') arrive(count);
    else if (kind === 'acknowledge') sender.acknowledge(receiver.acknowledgement().received);
    else reconnect();
  }
  reconnect();
  arrive(Number.POSITIVE_INFINITY);
  return { heard, said };
}

describe('both halves with a wire that breaks', () => {
  test('D2 PROTO-20 everything said arrives once and in order, wherever the link is cut', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { heard, said } = run(steps, Number.POSITIVE_INFINITY);
        expect(heard.map((frame) => frame.said)).toEqual(Array.from({ length: said }, (_, i) => i + 1));
      }),
    );
  });

  test('D2 PROTO-22 when room runs out, nothing but live output is missing, and a gap of its conversation follows', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { heard, said } = run(steps, 400);
        const numbers = heard.map((frame) => frame.n as number);
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        const arrived = new Set(heard.map((frame) => frame.said));
        const says = steps.filter(({ kind }) => kind === 'say') as { live: string | null }[];
        for (let i = 1; i <= said; i += 1) {
          if (arrived.has(i)) continue;
          const live = says[i - 1]?.live;
          expect(live).not.toBeNull();
          const before = heard.findLastIndex((frame) => Number(frame.said) < i);
          expect(heard.slice(before + 1)).toContainEqual(
            expect.objectContaining({ type: 'link_gap', of: live }),
          );
        }
      }),
    );
  });
});
