import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginningOf, createCapture } from '../../../actors/tools/capture.ts';

const LIMIT = 200;

function captured(...pieces: string[]) {
  const capture = createCapture(LIMIT);
  for (const piece of pieces) capture.push(piece);
  return capture;
}

test('a text within the limit is kept whole', () => {
  const text = 'x'.repeat(LIMIT);
  expect(captured(text).text()).toBe(text);
  expect(captured(text.slice(0, 50), '', text.slice(50)).text()).toBe(text);
  expect(captured().text()).toBe('');
});

test('TOOL-12 whatever the pieces: never above the limit, and kept and cut together are all of it', () => {
  const pieces = fc.array(fc.string({ unit: 'grapheme', maxLength: 400 }), { maxLength: 8 });
  fc.assert(
    fc.property(pieces, (some) => {
      const whole = some.join('');
      const capture = captured(...some);
      const text = capture.text();
      expect(text.length).toBeLessThanOrEqual(LIMIT);
      expect(whole.endsWith(capture.tail())).toBe(true);
      expect(capture.tail().length).toBeGreaterThanOrEqual(Math.min(whole.length, LIMIT) - 1);
      if (whole.length <= LIMIT) {
        expect(text).toBe(whole);
        return;
      }
      const note = /\n\[(\d+) characters cut\]\n/.exec(text);
      const head = text.slice(0, note?.index);
      const tail = text.slice((note?.index ?? 0) + (note?.[0].length ?? 0));
      expect(whole.startsWith(head)).toBe(true);
      expect(whole.endsWith(tail)).toBe(true);
      expect(head.length + Number(note?.[1]) + tail.length).toBe(whole.length);
    }),
  );
});

test('TOOL-12 a surrogate pair is never split', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 90, max: 400 }), (shift, count) => {
      const capture = captured('x'.repeat(shift), '😀'.repeat(count));
      expect(capture.text().isWellFormed()).toBe(true);
      expect(capture.tail().isWellFormed()).toBe(true);
    }),
  );
  expect(beginningOf('a😀', 2)).toBe('a');
  expect(beginningOf('a😀', 3)).toBe('a😀');
});
