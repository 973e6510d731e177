import { describe, expect, it } from 'vitest';
import { EntryCheck } from '../../src/replay/entry-check.ts';
import { readText } from '../../src/replay/read-text.ts';
import { findUntil, readUntil, stampsOf } from '../../src/replay/until.ts';

function linesOf(...texts: string[]) {
  const check = new EntryCheck();
  return readText(`${texts.join('\n')}\n`).flatMap((entry) => check.take(entry) ?? []);
}

const lines = linesOf(
  '[23:58:00.000] · open (lifecycle) {"format":1,"date":"2026-11-22","zone":"+01:00","session":"s","segment":1}',
  '[23:58:01.500] · a (lifecycle) {}',
  '[23:59:59.999] · b (lifecycle) {}',
  '[00:00:00.000] · day (lifecycle) {"date":"2026-11-23","zone":"+01:00"}',
  '[00:00:00.000] · c (lifecycle) {}',
  '[14:17:03.221] · d (lifecycle) {}',
);

describe('findUntil', () => {
  it.each([
    ['3', 3],
    ['99', 6],
    ['23:58:01.500', 2],
    ['23:58:01.499', 1],
    ['23:58:01', 2],
    ['23:58', 2],
    ['23:57', 6],
    ['00:00', 5],
    ['14:17:03', 6],
    ['2026-11-22T23:59:59.999', 3],
    ['2026-11-22 14:00', 0],
    ['2026-11-24 00:00', 6],
  ])('REPLAY-10 %s is after line %i', (text, position) => {
    expect(findUntil(lines, text)).toEqual({ ok: true, position });
  });

  it.each(['', 'noon', '25:00', '14:60', '-3', '14:17:03.2211'])('REPLAY-10 %j is refused', (text) => {
    expect(findUntil(lines, text)).toMatchObject({ ok: false, reason: expect.stringContaining(`"${text}"`) });
  });
});

it('the date of a line is that of its session or of the last day that began', () => {
  expect(stampsOf(lines).map((stamp) => stamp.slice(0, 10))).toEqual([
    ...Array(3).fill('2026-11-22'),
    ...Array(3).fill('2026-11-23'),
  ]);
  expect(stampsOf(linesOf('[10:00:00.000] · a (lifecycle) {}'))).toEqual(['1970-01-01T10:00:00.000']);
});

it('REPLAY-10 a place is found line by line as it is among all of them', () => {
  for (const text of ['0', '3', '99', '23:58', '00:00', '2026-11-22 14:00', '14:17:03.221']) {
    const [place, found] = [readUntil(text), findUntil(lines, text)];
    expect(place.ok && found.ok && lines.filter((line) => !place.isBehind(line)).length).toBe(
      found.ok && found.position,
    );
  }
});
