import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameText } from '../../src/log/frame-text.ts';

const event = { root: 'conversation:conv-1', path: '.', n: 3, at: 1_763_000_000_000, id: 'in-1' };

describe('frameText', () => {
  it('LOG-4 a frame is on the line as it was on the wire', () => {
    const wire = '{"type":"message","n":1.0,"content":"a \\u00e9"}';
    expect(frameText(wire, undefined)).toBe(wire);
    expect(frameText({ type: 'ping' }, undefined)).toBe('{"type":"ping"}');
  });

  it('LOG-4 what it became is its last key', () => {
    const text = frameText('{"type":"message"}', event);
    expect(text).toBe(`{"type":"message","_":${JSON.stringify(event)}}`);
    expect(Object.keys(JSON.parse(text)).at(-1)).toBe('_');
  });

  it.each(['{}', '{ }', '{\t}'])('LOG-4 an empty frame %j can have become an event', (wire) => {
    expect(JSON.parse(frameText(wire, event))).toEqual({ _: event });
  });

  it.each([
    '{"_":{"root":"other"},"type":"x"}',
    '{"type":"x","\\u005f":{"root":"other"}}',
    '{"type":"x","\\u005F":{"root":"other"}}',
  ])('LOG-4 a key of the peer is not taken for ours: %s', (wire) => {
    expect(JSON.parse(frameText(wire, undefined))).toEqual({ type: 'x', _: null });
    expect(JSON.parse(frameText(wire, event))).toEqual({ type: 'x', _: event });
    expect(JSON.parse(frameText(JSON.parse(wire), undefined))).toEqual({ type: 'x', _: null });
  });

  it('LOG-4 line breaks between the tokens of a frame are taken out', () => {
    const frame = { type: 'x', said: 'two\nlines', list: [1, 2] };
    const text = frameText(`\r\n${JSON.stringify(frame, null, 2)}\n`, undefined);
    expect(text).not.toMatch(/[\n\r]/);
    expect(JSON.parse(text)).toEqual(frame);
  });

  it('LOG-4 a text that is no frame is kept as text', () => {
    expect(JSON.parse(frameText('hello', undefined))).toEqual({ _unparseable: 'hello' });
    expect(JSON.parse(frameText('{"type":\n', undefined))).toMatchObject({ _unparseable: '{"type":\n' });
    expect(JSON.parse(frameText('[1]', undefined))).toEqual({ _value: [1] });
  });

  it('LOG-4 whatever the frame, the key `_` of the line is ours', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.string(), fc.constant('_')), fc.jsonValue()),
        fc.boolean(),
        (frame, became) => {
          const read = JSON.parse(frameText(JSON.stringify(frame), became ? event : undefined));
          const { _: mark, ...rest } = read;
          const { _: _own, ...sent } = JSON.parse(JSON.stringify(frame));
          expect(rest).toEqual(sent);
          expect(mark ?? null).toEqual(became ? event : null);
        },
      ),
    );
  });
});
