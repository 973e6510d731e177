import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSseReader } from '../../actors/sse.ts';

/** The data that is read when the stream comes in these pieces. */
function read(...pieces: string[]): string[] {
  const data: string[] = [];
  const push = createSseReader((text) => data.push(text));
  for (const piece of pieces) push(piece);
  return data;
}

describe('a stream of server-sent events', () => {
  test('PROTO-30 is cut at its empty lines', () => {
    expect(read('data: a\n\ndata: b\n\n')).toEqual(['a', 'b']);
    expect(read('data:a\n\n', 'data:  b\n\n')).toEqual(['a', ' b']);
  });

  test('an event that has not ended is not read yet', () => {
    expect(read('data: a\n')).toEqual([]);
    expect(read('data: a\n', '\n')).toEqual(['a']);
  });

  test('PROTO-30 comments and other fields are passed over, several lines of data are one', () => {
    const text = ': keep-alive\n\nevent: message\nid: 7\ndata: a\ndata: b\nretry: 10\n\ndatabase: c\n\n';
    expect(read(text)).toEqual(['a\nb']);
  });

  test('PROTO-30 lines may end with a carriage return too', () => {
    const text = ': hello\r\n\r\ndata: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n';
    expect(read(text)).toEqual(['a\nb', 'c']);
  });

  test('PROTO-30 the stream may be in any pieces', () => {
    const line = fc.oneof(
      fc.constantFrom('data: x', 'data:', ': comment', 'event: e', 'data: y:z', 'data: {"a":"\\n"}'),
      fc.string().map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
    );
    const stream = fc
      .tuple(fc.array(fc.array(line, { minLength: 1, maxLength: 3 })), fc.constantFrom('\n', '\r\n'))
      .map(([events, end]) => events.map((lines) => `${lines.join(end)}${end}${end}`).join(''));
    fc.assert(
      fc.property(stream, fc.array(fc.nat(200)), (text, cuts) => {
        const places = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length].sort((a, b) => a - b);
        const pieces = places.slice(1).map((place, i) => text.slice(places[i], place));
        expect(read(...pieces)).toEqual(read(text));
      }),
    );
  });

  test('an event as long as a file is read, and in time that grows with its length only', () => {
    const piece = 'x'.repeat(65_536);
    const data = read('data: ', ...Array.from({ length: 256 }, () => piece), '\n\n');
    expect(data.map((text) => text.length)).toEqual([256 * 65_536]);
  });
});
