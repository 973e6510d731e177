import { expect, test } from 'vitest';
import { agoText, spanText } from '../../../inspector/page/time-text.ts';

test('INSP-23 a span of time has one unit, or two when the smaller one matters', () => {
  const spans = [0, 4_200, 9_960, 10_000, 59_999, 60_000, 185_000, 1_800_000, 7_800_000, 273_600_000];
  expect(spans.map(spanText)).toEqual([
    '0 s',
    '4.2 s',
    '10 s',
    '10 s',
    '59 s',
    '1 min',
    '3 min 05 s',
    '30 min',
    '2 h 10 min',
    '3 d 04 h',
  ]);
});

test('INSP-22 how long ago is told by the greatest unit', () => {
  expect([-50, 999, 4_200, 61_000, 7_300_000, 90_000_000].map(agoText)).toEqual([
    'just now',
    'just now',
    '4 s ago',
    '1 min ago',
    '2 h ago',
    '1 d ago',
  ]);
});
