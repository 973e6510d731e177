import { describe, expect, test } from 'vitest';
import { formatCursor, readCursor } from '../../../src/hub/relay/cursor.ts';
import { RING_BYTES, RING_EVENTS, Ring, type RingReader } from '../../../src/hub/relay/ring.ts';

const runtime = { agent_id: 'agent-1', conversation_id: 'conv-1' };
const makeRing = () => new Ring('env-1', 'conv-1', runtime, 'life-1', 0);
const text = (n: number) => `{"type":"stream_delta","i":${n}`;

class Reader implements RingReader {
  seen: number[] = [];
  lost: string[] = [];
  readonly ring: Ring;
  constructor(ring: Ring) {
    this.ring = ring;
    ring.readers.add(this);
  }
  advance() {
    this.seen.push(this.ring.last);
  }
  lose(reason: 'host' | 'room') {
    this.lost.push(reason);
  }
}

describe('a cursor', () => {
  test.each([
    ['life-1.0', { stream: 'life-1', n: 0 }],
    ['a.b.12', { stream: 'a.b', n: 12 }],
    ['life-1', null],
    ['life-1.', null],
    ['.5', null],
    ['life-1.-1', null],
    ['life-1.1e3', null],
    ['', null],
  ])('%j reads as %j', (cursor, read) => {
    expect(readCursor(cursor)).toEqual(read);
    if (read) expect(formatCursor(read.stream, read.n)).toBe(cursor);
  });
});

describe('a ring', () => {
  test('numbers events from 1 and tells all readers of each', () => {
    const ring = makeRing();
    const reader = new Reader(ring);
    for (let i = 1; i <= 3; i += 1) ring.append(text(i), true, null);
    expect(reader.seen).toEqual([1, 2, 3]);
    expect(JSON.parse(`${ring.at(2).text}}`)).toEqual({
      ...{ type: 'stream_delta', i: 2 },
      ...{ idempotency_key: 'life-1.2', cursor: 'life-1.2' },
    });
  });

  test('HUB-28 keeps 2,048 events, and knows for each cursor whether what follows is here', () => {
    const ring = makeRing();
    for (let i = 1; i <= RING_EVENTS + 10; i += 1) ring.append(text(i), true, null);
    expect([ring.dropped, ring.last]).toEqual([10, RING_EVENTS + 10]);
    expect(ring.find('life-1.9')).toBeNull();
    expect(ring.find('life-1.10')).toBe(10);
    expect(ring.find(ring.cursorAt(ring.last))).toBe(ring.last);
    expect(ring.find(ring.cursorAt(ring.last + 1))).toBeNull();
    expect(ring.find('life-2.20')).toBeNull();
    expect(() => ring.at(10)).toThrow();
    for (const n of [11, 1_000, RING_EVENTS, ring.last]) expect(ring.at(n).n).toBe(n);
  });

  test('HUB-28 keeps 2 MiB, and one event however large', () => {
    const ring = makeRing();
    const block = 'x'.repeat(100_000);
    for (let i = 0; i < 100; i += 1) ring.append(block, true, null);
    const kept = ring.last - ring.dropped;
    expect(kept).toBe(Math.floor(RING_BYTES / ring.at(100).bytes));
    ring.append('y'.repeat(RING_BYTES), true, null);
    expect(ring.last - ring.dropped).toBe(1);
    ring.append(text(1), true, null);
    expect(ring.last - ring.dropped).toBe(1);
    ring.append(text(2), true, null);
    expect(ring.last - ring.dropped).toBe(2);
  });

  test('counts what is no delta, for clients with two channels', () => {
    const ring = makeRing();
    for (const isDelta of [true, false, true, true, false]) ring.append('{"a":1', isDelta, 'env-1');
    expect([1, 2, 3, 4, 5].map((n) => ring.at(n).mark)).toEqual([0, 1, 1, 1, 2]);
  });

  test('that begins anew tells its readers, knows no old cursor and counts on', () => {
    const ring = makeRing();
    const reader = new Reader(ring);
    ring.append(text(1), false, null);
    ring.restart('life-2', 'host');
    expect(reader.lost).toEqual(['host']);
    expect(ring.find('life-1.1')).toBeNull();
    expect(ring.find('life-2.0')).toBe(0);
    ring.append(text(2), false, null);
    expect(ring.at(1)).toMatchObject({ mark: 2 });
  });
});
