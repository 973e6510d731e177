import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventText } from '../../../src/hub/relay/event-text.ts';

const NOW = () => 1_000;
const read = (text: string): unknown => JSON.parse(`${text}}`);
const event = {
  type: 'stream_delta',
  runtime: { agent_id: 'a', conversation_id: 'c' },
  delta: { content: 'x' },
};
const envelope = {
  event_seq: 7,
  emitted_at: '2026-01-01T00:00:00.000Z',
  idempotency_key: 'stream_delta:7:k',
};

function both(frame: Record<string, unknown>, wire = JSON.stringify(frame)) {
  return { cut: read(eventText(frame, wire, NOW)), written: read(eventText(frame, null, NOW)) };
}

describe('the text of an event', () => {
  test('leaves out the numbers of the way it came, and keeps its time', () => {
    const { cut, written } = both({ ...event, ...envelope, n: 12 });
    expect(cut).toEqual({ ...event, emitted_at: envelope.emitted_at });
    expect(written).toEqual(cut);
  });

  test('is the same cut off or written anew, whatever the event says', () => {
    const tricky = fc.constantFrom(
      ',"event_seq":1,"emitted_at":"x","idempotency_key":"y","n":1}',
      '"}',
      '\\',
    );
    fc.assert(
      fc.property(fc.jsonValue(), fc.oneof(fc.string(), tricky), (value, text) => {
        const said = JSON.parse(JSON.stringify({ ...event, delta: { value, text, ...envelope, n: 3 } }));
        const { cut, written } = both({ ...said, ...envelope, n: 12 });
        expect(cut).toEqual(written);
      }),
    );
  });

  test.each([
    ['another order', { ...envelope, ...event, n: 1 }],
    ['no number', { ...event, ...envelope }],
    ['no envelope', { ...event, n: 1 }],
    ['numbers of a client', { ...event, seq: 3, cursor: 'mine', ...envelope, n: 1 }],
    ['nothing but a type', { type: 'sync' }],
  ])('a frame with %s is written anew', (_, frame) => {
    const { cut, written } = both(frame);
    expect(cut).toEqual(written);
    expect(Object.keys(cut as object)).not.toEqual(expect.arrayContaining(['seq']));
    expect(cut).toHaveProperty('emitted_at');
    expect(cut).not.toHaveProperty('cursor');
  });
});
