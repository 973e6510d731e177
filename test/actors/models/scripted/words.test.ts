import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { words } from '../../../../actors/models/scripted/words.ts';

describe('the chunks of a text', () => {
  it('are its words, each with the space before it', () => {
    expect(words('Two things  to\ncheck. ')).toEqual(['Two', ' things', '  to', '\ncheck.', ' ']);
    expect(words('')).toEqual([]);
  });

  it('MODEL-64 joined are the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const chunks = words(text);
        expect(chunks.join('')).toBe(text);
        expect(chunks).not.toContain('');
      }),
    );
  });
});
